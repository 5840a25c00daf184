import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { lawTask } from '../schedule/tasks.ts'
import { deleteRoster } from './delete-roster.ts'
import { moveRoster } from './move-roster.ts'
import { pauseRoster, resumeRoster } from './pause-roster.ts'
import { setIdleRule, setSeats } from './set-rules.ts'

let rig: LaneRig

beforeEach(async () => {
  rig = await startLaneRig()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

type Deps = Parameters<typeof pauseRoster>[0]

it.each([
  ['pausing', (deps: Deps, id: string) => pauseRoster(deps, id)],
  ['resuming', (deps: Deps, id: string) => resumeRoster(deps, id)],
  ['seats', (deps: Deps, id: string) => setSeats(deps, id, { reserve: 1, priority: 1 })],
  ['idle rule', (deps: Deps, id: string) => setIdleRule(deps, id, null)],
])('%s that comes late to a deletion is refused, and does not hold it up', async (_what, change) => {
  for (let at = 0; ; at++) {
    const id = `gold-${at}`
    const roster = await rig.addRoster({ id })
    await rig.join('u-in', { roster: id, id: `in-${at}` })
    await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toEqual(['u-in@example.com']))
    let outcome: unknown
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        outcome = await change({ ...rig.deps, store: createStore(redis) }, id).then(
          () => 'done',
          (error: { code?: string }) => error.code,
        )
      },
      ({ redis }) => deleteRoster({ ...rig.deps, store: createStore(redis) }, { id, testers: 'remove' }),
    )
    await rig.until(async () => expect({ at, left: await rig.store.rosters.find(id) }).toEqual({ at, left: undefined }))
    expect(rig.emulator.groupMembers(roster.group.id)).toEqual([])
    if (!lagged) break
    expect(['done', 'conflict', 'not_found']).toContain(outcome)
  }
})

it('nobody is left behind where resuming comes late to a move: the law finds nobody', async () => {
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
  for (let at = 0; ; at++) {
    const id = `gold-${at}`
    const roster = await rig.addRoster({ id, paused: true })
    await rig.join('u-waits', { roster: id, id: `waits-${at}` })
    await rig.visit()
    const park = async () => {
      await rig.visit('second')
      expect(await rig.redis.smembers(laneKeys('second').roster(id).parked)).toEqual(['u-waits'])
    }
    let outcome: unknown = 'done'
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        await resumeRoster({ ...rig.deps, store: createStore(redis) }, id).catch((error: { code?: string }) => {
          outcome = error.code
        })
      },
      async ({ redis }) => {
        await moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second')
        if ((await rig.store.rosters.find(id))?.paused) await park()
      },
    )
    if (outcome !== 'done') {
      expect(outcome).toBe('store_unavailable')
      await resumeRoster(rig.deps, id)
    }
    for (const lane of ['acme', 'second']) await rig.due(lawTask(lane), lane)
    await rig.until(async () => expect(await rig.statuses(id, 'second')).toEqual({ 'u-waits': 'invited' }))
    expect({ at, recovered: rig.recovered }).toEqual({ at, recovered: 0 })
    if (!lagged) break
  }
})
