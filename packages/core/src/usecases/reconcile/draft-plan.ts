import { setImmediate as nextTurn } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Members, Store } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import { estimateChanges, type Estimate, type EstimateDeps } from './estimate.ts'
import {
  createSnapshotPlanner,
  type RejectedRows,
  type SnapshotPlanner,
  type SnapshotPlan,
  type SnapshotRow,
} from './plan-snapshot.ts'

/** A whole list of a roster, as it was given. */
export interface SnapshotInput {
  roster: Roster
  rows: SnapshotRow[]
  /** Rows that were kept out. */
  rejected: RejectedRows
  dryRun: boolean
  allowEmpty: boolean
  /** Waited for before each piece of some milliseconds; absent: the next turn of the process. */
  turn?: () => Promise<unknown>
}

export interface DraftedPlan {
  /** The store's time (ms) before anything was read: newer facts win over the plan. */
  at: number
  /** The roster's revision before anything was read. */
  revision: number
  plan: SnapshotPlan
  held: Reconciliation['held']
  estimate: Estimate
}

/** `rosterLimit`: members that a list may bring a roster to. */
export type DraftDeps = EstimateDeps & { store: Store; rosterLimit?: number }

const DAY_MS = 86_400_000
const CHUNK = 1_000
const SEEN_AT_ONCE = 500

/** What a list would do, and whether the guard would hold it. Changes nothing. Throws roster_full. */
export async function draftPlan(deps: DraftDeps, input: SnapshotInput): Promise<DraftedPlan> {
  const { roster, turn = nextTurn } = input
  const at = Math.floor(await deps.store.lane(roster.teamKey).time())
  const revision = await deps.store.lane(roster.teamKey).reconciliations.revision(roster.id)
  const kept = await deps.store.lane(roster.teamKey).roster(roster.id).protections.all()
  const planner = await createSnapshotPlanner(input.rows, input.rejected, at, (id) => kept.has(id), turn)
  const members = deps.store.members(roster.teamKey, roster.id)
  let cursor = '0'
  do {
    const page = await members.scanDesired(cursor)
    cursor = page.cursor
    for (const some of inChunks(page.members, SEEN_AT_ONCE)) {
      await turn()
      for (const { id, desired } of some) planner.see(id, desired)
    }
  } while (cursor !== '0')
  await seeOtherAddresses(members, planner)
  const plan = await planner.finish()
  const held = await judge(deps, input, plan, at)
  // Who is unclear, or held, stays.
  const size = plan.size + plan.add.length - (held === null ? plan.remove.length : 0)
  if (plan.add.length > 0 && size > (deps.rosterLimit ?? Number.POSITIVE_INFINITY)) throw new AppError('roster_full')
  return { at, revision, plan, held, estimate: await estimateChanges(deps, roster, plan) }
}

/** Apple's own list of a group may still show the address that a member is moving away from. */
async function seeOtherAddresses(members: Members, planner: SnapshotPlanner): Promise<void> {
  for (const ids of inChunks(planner.unsettled(), CHUNK)) {
    for (const record of await members.findMany(ids)) {
      const { email = null, leaving = [] } = record?.observed ?? {}
      if (record) planner.seeOtherAddresses(record.id, email === null ? leaving : [email, ...leaving])
    }
  }
}

async function judge(
  deps: DraftDeps,
  { roster, rows, rejected, allowEmpty }: SnapshotInput,
  plan: SnapshotPlan,
  at: number,
): Promise<Reconciliation['held']> {
  if (plan.unclear) return 'list_unclear'
  // Who loses the address leaves the group as well.
  const removals = plan.remove.length + plan.clear.length
  const keptOut = plan.keptOut.length
  if (removals > 0 && rejected.count + keptOut > rows.length - keptOut) return 'list'
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals,
    size: plan.size,
    recent: await deps.store.lane(roster.teamKey).reconciliations.recentRemovals(at - DAY_MS),
    empties: plan.size > 0 && (rows.length === 0 || (plan.clear.length > 0 && removals === plan.size)),
    allowEmpty,
  })
  return verdict.held ? verdict.reason : null
}
