import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import { listOf, planReclaim } from '../../../testing/plans.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { applySnapshot } from './apply-snapshot.ts'
import { startReconciliation } from './start-reconciliation.ts'

let rig: LaneRig
beforeEach(async () => {
  rig = await startLaneRig()
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
})
afterEach(() => rig[Symbol.asyncDispose]())

type Deps = LaneRig['deps']

const list = (ids: string[]) => (deps: Deps, roster: Roster) =>
  applySnapshot(deps, {
    roster,
    ...listOf(ids),
  })

const PLANS = [
  ['a list', list(['u-0', 'u-1', 'u-2', 'u-new'])],
  ['a list that is held', list(['u-0'])],
  ['a reading that is asked for', (deps: Deps, roster: Roster) => startReconciliation(deps, { roster, dryRun: false })],
  ['a reclaim', planReclaim],
] as const

/** A roster of three people. */
async function fill(id: string): Promise<Roster> {
  const roster = await rig.addRoster({ id, removalGuard: { percent: 20, atLeast: 1 } })
  await rig.join(['u-0', 'u-1', 'u-2'], { roster: id })
  await rig.until(() => expect(rig.emulator.groupMembers(roster.group.id)).toHaveLength(3))
  return roster
}

/** What the lane keeps of plans of a roster, and of what goes on with them. */
async function plansOf(lane: string, id: string) {
  const keys = laneKeys(lane)
  const of = keys.roster(id)
  const tasks = await rig.redis.zrange(keys.schedule, '0', '-1')
  return {
    records: Object.values(await rig.redis.hgetall(keys.reconciliations)).filter((text) => text.includes(`"${id}"`)),
    listed: await rig.redis.zrange(of.reconciliations, '0', '-1'),
    held: await rig.redis.smembers(of.held),
    asked: await rig.redis.hgetall(of.asked),
    tasks: tasks.filter((task) => /^(requested|approved):/.test(task)),
  }
}

const NONE = { records: [], listed: [], held: [], asked: {}, tasks: [] }

it.each(PLANS)('%s that comes late to a deletion leaves nothing to a roster that is made anew', async (_what, plan) => {
  for (let at = 0; ; at++) {
    const id = `gold-${at}`
    const roster = await fill(id)
    const anew = { ...roster, createdAt: roster.createdAt + 1_000 }
    let outcome: unknown
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        outcome = await plan({ ...rig.deps, store: createStore(redis) }, roster).then(
          () => 'done',
          (error: { code?: string }) => error.code ?? error,
        )
      },
      async ({ redis }) => {
        const store = createStore(redis)
        await deleteRoster({ ...rig.deps, store }, { id, testers: 'keep' })
        await store.enterRoster(anew)
      },
    )
    if (!lagged) break
    expect({ at, ...(await plansOf('acme', id)) }).toEqual({ at, ...NONE })
    expect({ at, members: await rig.statuses(id) }).toEqual({ at, members: {} })
    expect(['done', 'store_unavailable']).toContain(outcome)
    await deleteRoster(rig.deps, { id, testers: 'keep' })
  }
})

it.each(PLANS)('%s that comes late to a move leaves nothing where the roster was', async (_what, plan) => {
  for (let at = 0; ; at++) {
    const id = `gold-${at}`
    const roster = await fill(id)
    let outcome: unknown
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        outcome = await plan({ ...rig.deps, store: createStore(redis) }, roster).then(
          () => 'done',
          (error: { code?: string }) => error.code ?? error,
        )
      },
      // As whoever finishes one whose process died: it asks nobody whether a list is being recorded.
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, 'second'),
    )
    if (!lagged) break
    await rig.until(async () => expect({ at, ...(await plansOf('acme', id)) }).toEqual({ at, ...NONE }))
    expect(['done', 'store_unavailable']).toContain(outcome)
  }
})
