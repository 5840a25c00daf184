import { afterEach, beforeEach, expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { DEFAULT_POLICIES } from '../../domain/roster.ts'
import { isAppError } from '../../errors.ts'
import { createStore, globalKeys, laneKeys, type Store } from '../../store/index.ts'
import { sweepTasks } from '../schedule/sweep-tasks.ts'
import { lawTask } from '../schedule/tasks.ts'
import { deleteTeamKey } from '../team-keys/delete-team-key.ts'
import { deleteRoster } from './delete-roster.ts'
import { putRoster, type PutRosterDeps } from './put-roster.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
  await rig.addRoster({ id: 'stays' })
})
afterEach(() => rig[Symbol.asyncDispose]())

function codeOf(error: unknown): string {
  if (!isAppError(error)) throw error
  return error.code
}

/** What came of it: created, changed, or the code that it was refused with. */
function put(store: Store, id: string, group: string, teamKey = 'acme'): Promise<unknown> {
  const apple = { session: () => rig.session() }
  const deps = {
    ...rig.deps,
    store,
    apple,
    sealer: { open: () => '' },
    gateFor: () => ({}),
  } as unknown as PutRosterDeps
  return putRoster(deps, {
    ...DEFAULT_POLICIES,
    id,
    teamKey,
    app: { id: '1234' },
    group: { id: group },
  }).then(({ created }) => (created ? 'created' : 'changed'), codeOf)
}

/** As a roster is: with its group, its lane, its app, and somebody who joins. */
async function expectWhole(id: string, group: string): Promise<void> {
  const roster = await rig.store.rosters.find(id)
  expect(roster?.group.id).toBe(group)
  expect(await rig.store.groups.holder(group)).toBe(id)
  expect(await rig.store.rosterIdsOfApp('1234')).toContain(id)
  const { rosters, born } = laneKeys('acme')
  expect(await rig.redis.sismember(rosters, id)).toBe(1)
  await rig.redis.del(...(await rig.redis.keys('*task:sweep-tasks*')), 'none')
  await sweepTasks({ ...rig.deps, buildWatchMs: 60_000 })
  expect(await rig.redis.hget(born, id)).toBe(String(roster?.createdAt))
  await rig.join('u-1', { roster: id })
  await rig.due(lawTask('acme'))
  await rig.until(() => expect(rig.emulator.groupMembers(group)).toEqual(['u-1@example.com']))
  expect(rig.recovered).toBe(0)
}

async function expectNothing(id: string): Promise<void> {
  expect(await rig.store.rosters.find(id)).toBeUndefined()
  expect(await rig.store.rosterIdsOfApp('1234')).not.toContain(id)
  expect(await rig.store.rostersOf('acme')).not.toContain(id)
}

it.each(['another id', 'the same id'])(
  'a group whose roster was being made by a process that died goes to whoever asks for it next, under %s',
  async (next) => {
    for (let at = 0; ; at++) {
      const group = rig.emulator.addGroup('1234', { name: `Group ${at}` }).id
      rig.emulator.addBuild('1234', { groups: [group] })
      const died = await diesAt(rig.redis, at, ({ redis }) => put(createStore(redis), `first-${at}`, group))
      const isMade = (await rig.store.rosters.find(`first-${at}`)) !== undefined
      if (next === 'another id') {
        const outcome = await put(rig.store, `second-${at}`, group)
        expect({ at, outcome }).toEqual({ at, outcome: isMade ? 'group_in_use' : 'created' })
        if (!isMade) await expectWhole(`second-${at}`, group)
      }
      if (next === 'the same id' || isMade) {
        expect({ at, outcome: await put(rig.store, `first-${at}`, group) }).toEqual({
          at,
          outcome: isMade ? 'changed' : 'created',
        })
        await expectWhole(`first-${at}`, group)
      }
      if (!died) break
    }
  },
)

it('of two who make a roster of one group at a time, one has it', async () => {
  for (let at = 0; ; at++) {
    const group = rig.emulator.addGroup('1234', { name: `Group ${at}` }).id
    rig.emulator.addBuild('1234', { groups: [group] })
    const outcomes: unknown[] = []
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => void outcomes.push(await put(createStore(redis), `slow-${at}`, group)),
      async ({ redis }) => void outcomes.push(await put(createStore(redis), `quick-${at}`, group)),
    )
    const made = (await rig.store.rosters.list()).filter((roster) => roster.group.id === group)
    expect({ at, made: made.length, outcomes: outcomes.filter((one) => one === 'created') }).toEqual({
      at,
      made: 1,
      outcomes: ['created'],
    })
    for (const id of [`slow-${at}`, `quick-${at}`]) {
      if (made[0]?.id === id) await expectWhole(id, group)
      else await expectNothing(id)
    }
    if (!lagged) break
  }
})

it.each(['roster', 'deletion'])(
  'a roster that is made while its team key is deleted is never without one, where the %s is late',
  async (late) => {
    for (let at = 0; ; at++) {
      await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
      const group = rig.emulator.addGroup('1234', { name: `Group ${at}` }).id
      const id = `gold-${at}`
      const works = [
        ({ store }: { store: Store }) => put(store, id, group, 'second'),
        ({ store }: { store: Store }) => deleteTeamKey({ store }, 'second').catch(codeOf),
      ] as const
      const [slow, quick] = late === 'roster' ? works : ([works[1], works[0]] as const)
      const lagged = await lagsAt(
        rig.redis,
        at,
        ({ redis }) => slow({ store: createStore(redis) }),
        ({ redis }) => quick({ store: createStore(redis) }),
      )
      const roster = await rig.store.rosters.find(id)
      const hasKey = (await rig.store.teamKeys.find('second')) !== undefined
      // One of the two was refused.
      expect({ at, made: roster !== undefined, hasKey }).toEqual({ at, made: hasKey, hasKey })
      if (!roster) expect(await rig.redis.hget(globalKeys.groups, group)).toBeNull()
      else await deleteRoster(rig.deps, { id, testers: 'keep' })
      if (!lagged) break
    }
  },
)
