import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import type { SteppedProcess } from '../../../testing/interleaver.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import type { Roster } from '../../domain/roster.ts'
import { createLaneStore, createStore, laneKeys } from '../../store/index.ts'
import { lawTask } from '../schedule/tasks.ts'
import { blockRoster } from '../visit/block-roster.ts'
import type { Visit } from '../visit/visit.ts'
import { deleteRoster } from './delete-roster.ts'
import { checkBlockedRoster } from './check-blocked.ts'
import { insertRoster } from './put-roster.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

/** A visit of the lane by a process that takes its steps one by one, where Apple answers for every group. */
function visitOf({ redis }: SteppedProcess): Visit {
  const deps = { ...rig.deps, store: createStore(redis), lane: createLaneStore(redis, 'acme'), settings: rig.settings }
  const session = rig.session()
  return { teamKey: 'acme', lease: {}, deps: { ...deps, apple: { session: () => session } } } as unknown as Visit
}

/** What was told of one roster (types). */
async function told(id: string): Promise<string[]> {
  const facts = await rig.store.lane('acme').facts.peek(1_000)
  return facts.flatMap((fact) => ('roster' in fact && fact.roster === id && !('member' in fact) ? [fact.type] : []))
}

/** A roster with one member whose work waits. */
async function fill(at: number): Promise<Roster> {
  const roster = await rig.addRoster({ id: `gold-${at}` })
  await rig.join('u-waits', { roster: roster.id, id: `waits-${at}` })
  return roster
}

/** The law first, before anything else heals: it finds nobody. Then whatever is due; what was told ends with the recovery. */
async function recovers({ id, group }: Roster): Promise<void> {
  await rig.due(lawTask('acme'))
  await rig.visit()
  if (await rig.redis.zscore(laneKeys('acme').schedule, `blocked:${id}`)) await rig.due(`blocked:${id}`)
  await rig.until(async () => expect(await rig.statuses(id)).toEqual({ 'u-waits': 'invited' }))
  await rig.until(async () => expect((await rig.store.rosters.find(id))?.blocked).toBeNull())
  expect(rig.recovered).toBe(0)
  expect(rig.emulator.groupMembers(group.id)).toEqual(['u-waits@example.com'])
  expect((await told(id)).at(-1) ?? 'roster.recovered').toBe('roster.recovered')
}

it('a roster that is being blocked is never left so, whichever write its worker died before', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    const died = await diesAt(rig.redis, at, (process) => blockRoster(visitOf(process), { ...roster }))
    await rig.visit()
    await recovers(roster)
    if (!died) break
  }
})

it('a roster whose group is back goes on with everybody, whichever write its worker died before', async () => {
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    const first = await rig.store.rosters.find(roster.id)
    if (!first) throw new Error('No roster.')
    await diesAt(rig.redis, Infinity, (process) => blockRoster(visitOf(process), first))
    // Parks whoever waits.
    await rig.visit()
    expect(await rig.redis.smembers(laneKeys('acme').roster(roster.id).parked)).toEqual(['u-waits'])
    const died = await diesAt(rig.redis, at, (process) => checkBlockedRoster(visitOf(process), roster.id))
    await recovers(roster)
    expect((await told(roster.id)).filter((type) => type === 'roster.blocked')).toHaveLength(1)
    if (!died) break
  }
})

it('a worker that comes late blocks no roster that was made anew under its id, for another team key', async () => {
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  for (let at = 0; ; at++) {
    const roster = await fill(at)
    const anew = { ...roster, teamKey: 'second', createdAt: roster.createdAt + 1_000 }
    const lagged = await lagsAt(
      rig.redis,
      at,
      (process) => blockRoster(visitOf(process), { ...roster }),
      async ({ redis }) => {
        const store = createStore(redis)
        await deleteRoster({ ...rig.deps, store }, { id: roster.id, testers: 'keep' })
        await store.groups.claim(anew)
        await insertRoster(store, anew)
      },
    )
    if (!lagged) break
    expect(await rig.store.rosters.find(roster.id)).toMatchObject({ createdAt: anew.createdAt, blocked: null })
  }
})
