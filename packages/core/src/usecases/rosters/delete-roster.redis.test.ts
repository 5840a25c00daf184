import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { laneKeys } from '../../store/index.ts'
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
    expect(await rig.store.groups.holder(gold.group.id)).toBeNull()
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

  it('ends though a process of a former version paused it after the deletion had begun', async () => {
    await fill(2)
    await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })
    await rig.store.rosters.update('gold', (current) => ({ ...current, paused: true }))
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

describe('a deletion that was asked for', () => {
  it('forgets at once what testers=remove had begun, and takes nobody out any more once testers=keep was asked for', async () => {
    await fill(2)
    await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })
    expect(await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })).toBe('gone')
    for (let visits = 0; visits < 3; visits++) await rig.visit()
    expect(group()).toHaveLength(2)
    await rig.store.enterRoster({ ...gold, deleting: true, forgetting: true })
    expect(await deleteRoster(rig.deps, { id: 'gold', testers: 'remove' })).toBe('gone')
    expect(group()).toHaveLength(2)
  })

  it('waits for a move that is under way', async () => {
    await rig.store.rosters.put({ ...gold, moving: { from: 'acme', to: 'second', since: Date.now() } })
    const asked = deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
    await expect(asked).rejects.toMatchObject({ code: 'store_unavailable' })
    expect((await rig.store.rosters.find('gold'))?.deleting).toBeUndefined()
  })

  it('does nothing to a roster that was made anew under its id, however late it comes', async () => {
    await fill(1)
    await deleteRoster(rig.deps, { id: 'gold', testers: 'keep' })
    const anew = { ...gold, createdAt: gold.createdAt + 1 }
    await rig.store.enterRoster(anew)
    await rig.join('u-9', { id: 'evt-9' })
    await rig.store.forgetRoster({ ...gold, deleting: true, forgetting: true })
    expect(await rig.store.rosters.find('gold')).toMatchObject({ createdAt: anew.createdAt, teamKey: 'acme' })
    await rig.until(() => expect(group()).toContain('u-9@example.com'))
  })
})

describe('a roster that is resumed', () => {
  it('carries out as well what a visit parks that had read it while it was paused', async () => {
    await fill(1)
    await pauseRoster(rig.deps, 'gold')
    await rig.join('u-9')
    await rig.visit()
    await resumeRoster(rig.deps, 'gold')
    // As its outcome leaves it, recorded after the resuming.
    const { outboxInteractive, roster } = laneKeys('acme')
    expect(await rig.redis.zrem(outboxInteractive, 'gold\0u-9')).toBe(1)
    await rig.redis.sadd(roster('gold').parked, 'u-9')
    await rig.until(() => expect(group().sort()).toEqual(['u-0@example.com', 'u-9@example.com']), 20_000)
  })

  it('a roster that is resumed has carried out what waited', async () => {
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
