import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import type { SteppedProcess } from '../../../testing/interleaver.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLaneStore, createStore, globalKeys, laneKeys } from '../../store/index.ts'
import { deleteTask, lawTask } from '../schedule/tasks.ts'
import type { Visit } from '../visit/visit.ts'
import { deleteRoster } from './delete-roster.ts'
import { insertRoster } from './put-roster.ts'
import { emptyRoster } from './empty-roster.ts'
import { resumeBegun } from './move-roster.ts'
import { pauseRoster } from './pause-roster.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** One member who is in, and one whose work waits. */
async function fill(id: string): Promise<Roster> {
  const roster = await rig.addRoster({ id, scimGroup: 'Everybody' })
  await rig.store.scimBindings.add(id, 'Everybody')
  await rig.join('u-in', { roster: id, id: `${id}-in` })
  await rig.visit()
  expect(rig.emulator.groupMembers(roster.group.id)).toEqual(['u-in@example.com'])
  await rig.join('u-waits', { roster: id, id: `${id}-waits` })
  return roster
}

/** Nothing is left of a roster, and one that is made anew under its id has nobody. */
async function expectGone({ id, group, app }: Roster): Promise<void> {
  expect(await rig.store.rosters.find(id)).toBeUndefined()
  expect(await rig.redis.hget(globalKeys.groups, group.id)).toBeNull()
  expect(await rig.store.begunRosters.all()).toEqual([])
  expect(await rig.store.scimBindings.rostersNaming('Everybody')).toEqual([])
  expect(await rig.store.rosterIdsOfApp(app.id)).toEqual(['stays'])
  expect(await rig.store.rostersOf('acme')).toEqual(['stays'])
  expect(await rig.redis.keys(`*roster:${id}*`)).toEqual([])
  const { closing, born, work, schedule } = laneKeys('acme')
  expect(await rig.redis.smembers(closing)).toEqual([])
  expect(await rig.redis.hkeys(born)).toEqual(['stays'])
  expect(await rig.redis.hlen(work)).toBe(0)
  expect((await rig.redis.zrange(schedule, '0', '-1')).filter((task) => task.endsWith(`:${id}`))).toEqual([])
}

/** The law, before anything else heals; then whoever comes next. */
async function goOn(id: string): Promise<void> {
  await rig.due(lawTask('acme'))
  for (let visits = 0; visits < 3; visits++) await rig.visit()
  expect(rig.recovered).toBe(0)
  await resumeBegun(rig.deps)
  await rig.until(async () => expect(await rig.store.rosters.find(id)).toBeUndefined())
  for (let visits = 0; visits < 3; visits++) await rig.visit()
}

it.each([
  ['keep', 'active'],
  ['remove', 'active'],
  ['remove', 'paused'],
] as const)(
  'a deletion with testers=%s of a roster that is %s ends, whichever of its writes its process died before',
  async (testers, status) => {
    await rig.addRoster({ id: 'stays' })
    let accepted = 0
    for (let at = 0; ; at++) {
      const roster = await fill(`gold-${at}`)
      if (status === 'paused') {
        await pauseRoster(rig.deps, roster.id)
        await rig.visit()
        expect(await rig.redis.smembers(laneKeys('acme').roster(roster.id).parked)).toEqual(['u-waits'])
      }
      const died = await diesAt(rig.redis, at, ({ redis }) =>
        deleteRoster({ store: createStore(redis), clock: rig.deps.clock }, { id: roster.id, testers }),
      )
      const left = await rig.store.rosters.find(roster.id)
      if (died && left && !left.deleting) {
        // Not accepted, not answered: as if it had not been asked for.
        expect(accepted).toBe(0)
        await deleteRoster(rig.deps, { id: roster.id, testers })
      } else {
        accepted++
      }
      await goOn(roster.id)
      await expectGone(roster)
      const group = rig.emulator.groupMembers(roster.group.id)
      if (testers === 'keep') expect(group).toContain('u-in@example.com')
      else expect(group).toEqual([])
      if (!died) break
    }
    expect(accepted).toBeGreaterThan(3)
  },
)

it('what is left once the last tester is out is forgotten, whichever write its worker died before', async () => {
  await rig.addRoster({ id: 'stays' })
  for (let at = 0; ; at++) {
    const roster = await fill(`gold-${at}`)
    for (const id of ['u-in', 'u-waits']) await rig.leave(id, { roster: roster.id, id: `left-${id}-${at}` })
    await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual([]))
    await rig.until(async () => expect((await rig.store.members('acme', roster.id).counts()).removed).toBe(2))
    await rig.store.rosters.put({ ...roster, deleting: true })
    const died = await diesAt(rig.redis, at, ({ redis }) => {
      const deps = { ...rig.deps, store: createStore(redis), lane: createLaneStore(redis, 'acme') }
      return emptyRoster({ teamKey: 'acme', deps } as unknown as Visit, roster.id)
    })
    await rig.due(deleteTask(roster.id))
    await goOn(roster.id)
    await expectGone(roster)
    if (!died) break
  }
})

it('whoever comes late with a deletion takes nothing from a roster that was made anew under its id', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(`gold-${at}`)
    const anew = { ...roster, createdAt: roster.createdAt + 1_000 }
    const accepted = { ...roster, deleting: true, forgetting: true }
    await rig.store.rosters.put(accepted)
    const deletion = ({ redis }: SteppedProcess) => createStore(redis).forgetRoster(accepted)
    let isMade = false
    const lagged = await lagsAt(rig.redis, at, deletion, async (process) => {
      await deletion(process)
      const store = createStore(process.redis)
      isMade = (await store.groups.claim(anew)) && (await insertRoster(store, anew))
      await rig.store.scimBindings.add(anew.id, 'Everybody')
    })
    if (!lagged) break
    expect({ at, isMade }).toEqual({ at, isMade: true })
    expect(await rig.store.rosters.find(roster.id)).toMatchObject({ createdAt: anew.createdAt })
    expect({ at, holder: await rig.store.groups.holder(roster.group.id) }).toEqual({ at, holder: roster.id })
    expect({ at, of: await rig.store.rosterIdsOfApp(roster.app.id) }).toMatchObject({
      of: expect.arrayContaining([roster.id]) as string[],
    })
    expect(await rig.store.rostersOf('acme')).toContain(roster.id)
    expect(await rig.store.scimBindings.rostersNaming('Everybody')).toContain(roster.id)
    await rig.join('u-new', { roster: roster.id, id: `new-${at}` })
    await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toContain('u-new@example.com'))
    await deleteRoster(rig.deps, { id: roster.id, testers: 'keep' })
  }
})

it('whoever comes late with a deletion takes nothing from a roster that is just being made', async () => {
  const { rosters } = rig.store
  const roster = await rig.addRoster({ id: 'anew' })
  await rosters.delete('anew')
  const insert: typeof rosters.insert = async (record) => {
    await rig.store.groups.release(roster.group.id, 'anew')
    await rig.redis.srem(globalKeys.rostersOfApp(roster.app.id), 'anew')
    return rosters.insert(record)
  }
  expect(await insertRoster({ ...rig.store, rosters: { ...rosters, insert } }, roster)).toBe(true)
  expect(await rig.store.groups.holder(roster.group.id)).toBe('anew')
  expect(await rig.store.rosterIdsOfApp(roster.app.id)).toEqual(['anew'])
})
