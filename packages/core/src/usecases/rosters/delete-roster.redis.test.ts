import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createSchedule, laneKeys } from '../../store/index.ts'
import { deleteRoster } from './delete-roster.ts'
import { pauseRoster, resumeRoster } from './pause-roster.ts'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const fill = async (count: number) => {
  await rig.join(Array.from({ length: count }, (_, at) => `u-${at}`))
  await rig.until(() => expect(group()).toHaveLength(count))
}
const group = () => rig.emulator.groupMembers(gold.group.id)
const gone = () => rig.until(async () => expect(await rig.store.rosters.find('gold')).toBeUndefined())

describe('deleting a roster with its testers', () => {
  it('is through once the last of them is out, and leaves nothing behind', async () => {
    await fill(12)
    expect(await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })).toBe('begun')
    const [refused] = await rig.join('late')
    expect(refused).toEqual({ status: 'rejected', problem: 'roster_not_found' })
    await gone()
    expect(group()).toEqual([])
    expect(await rig.store.groupHolder(gold.group.id)).toBeNull()
    await rig.visit()
    const left = await rig.redis.keys(`*roster:gold*`)
    expect([left, await rig.redis.hlen(laneKeys('acme').work)]).toEqual([[], 0])
    const tasks = await rig.redis.zrange(laneKeys('acme').schedule, '0', '-1')
    expect(tasks.filter((task) => task.endsWith(':gold'))).toEqual([])
  })

  it('takes those with it who waited while it was paused', async () => {
    await fill(3)
    await pauseRoster(rig.deps, 'gold')
    await rig.leave('u-0')
    await rig.join('u-9')
    await rig.visit()
    await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })
    await gone()
    expect(group()).toEqual([])
  })

  it('takes strangers with it where it tolerates none, and leaves them where it does', async () => {
    await rig.store.rosters.put({ ...gold, unmanagedTesters: 'remove' })
    await fill(2)
    rig.emulator.addTester(gold.group.id, 'stranger@example.com')
    await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })
    await rig.until(() => expect(group()).toEqual([]))
    await rig.due('delete:gold')
    await gone()
  })

  it('is over at once where the testers stay', async () => {
    await fill(2)
    expect(await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })).toBe('gone')
    await rig.visit()
    expect(group()).toHaveLength(2)
    expect(await rig.redis.hlen(laneKeys('acme').work)).toBe(0)
  })
})

describe('a deletion whose process dies half-way', () => {
  it('leaves nobody behind: within half a minute whoever was to be carried out is looked for', async () => {
    await rig.join('u-0')
    const store = { ...rig.store, forgetRoster: () => Promise.reject(new Error('The process died.')) }
    const dying = deleteRoster({ ...rig.deps, store }, { id: 'gold', testers: 'keep' })
    await expect(dying).rejects.toThrow('The process died.')
    // What was to be done is forgotten first.
    expect(await rig.store.recordedCounts(['acme'])).toEqual([0])
    const [at] = await createSchedule(rig.redis, 'acme').dueAt(['law:acme'])
    expect(at).toBeLessThanOrEqual(Date.now() + 30_000)
    await rig.due('law:acme')
    await rig.until(() => expect(group()).toHaveLength(1))
    expect(await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })).toBe('gone')
  })
})

describe('a roster that is resumed', () => {
  it('carries out what waited', async () => {
    await fill(2)
    await pauseRoster(rig.deps, 'gold')
    await rig.leave('u-0')
    await rig.join('u-9')
    for (let visits = 0; visits < 3; visits++) await rig.visit()
    expect(group().sort()).toEqual(['u-0@example.com', 'u-1@example.com'])
    await resumeRoster(rig.deps, 'gold')
    await rig.until(() => expect(group().sort()).toEqual(['u-1@example.com', 'u-9@example.com']))
  })
})
