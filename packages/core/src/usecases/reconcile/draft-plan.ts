import { AppError } from '../../errors.ts'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations, type Store } from '../../store/index.ts'
import { estimateChanges, type Estimate, type EstimateDeps } from './estimate.ts'
import {
  createSnapshotPlanner,
  isDoubtful,
  type RejectedRows,
  type SnapshotPlan,
  type SnapshotRow,
} from './plan-snapshot.ts'

export interface SnapshotInput {
  roster: Roster
  rows: SnapshotRow[]
  /** Rows that were kept out. */
  rejected: RejectedRows
  dryRun: boolean
  allowEmpty: boolean
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

/** What a list would do, and whether the guard would hold it. Changes nothing. Throws roster_full. */
export async function draftPlan(deps: DraftDeps, input: SnapshotInput): Promise<DraftedPlan> {
  const { roster } = input
  const { redis } = deps.store
  const [seconds, microseconds] = await redis.time()
  const at = Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000)
  const revision = await createReconciliations(redis, roster.teamKey).revision(roster.id)
  const planner = createSnapshotPlanner(input.rows, input.rejected, at)
  const members = deps.store.members(roster.teamKey, roster.id)
  let cursor = '0'
  do {
    const page = await members.scanDesired(cursor)
    cursor = page.cursor
    for (const { id, desired } of page.members) planner.see(id, desired)
  } while (cursor !== '0')
  const plan = planner.finish()
  const held = await judge(deps, input, plan, at)
  // Who is unclear, or held, stays.
  const size = plan.size + plan.add.length - (held === null ? plan.remove.length : 0)
  if (plan.add.length > 0 && size > (deps.rosterLimit ?? Number.POSITIVE_INFINITY)) throw new AppError('roster_full')
  return { at, revision, plan, held, estimate: await estimateChanges(deps, roster, plan) }
}

async function judge(
  deps: DraftDeps,
  { roster, rows, rejected, allowEmpty }: SnapshotInput,
  plan: SnapshotPlan,
  at: number,
): Promise<Reconciliation['held']> {
  const removals = plan.remove.length
  if (removals > 0 && isDoubtful(rows.length, rejected, removals)) return 'list'
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals,
    size: plan.size,
    recent: await createReconciliations(deps.store.redis, roster.teamKey).recentRemovals(at - DAY_MS),
    empties: rows.length === 0 && plan.size > 0,
    allowEmpty,
  })
  return verdict.held ? verdict.reason : null
}
