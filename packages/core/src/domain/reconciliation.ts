import type { IdleReason } from './idle.ts'
import type { Problem } from './roster.ts'

/** How many members a plan touches, by what happens to them. */
export interface PlanCounts {
  add: number
  update: number
  remove: number
  unchanged: number
}

/**
 * `protected`; and of a reclaim: another roster of the app, or a fellow member with the same address, wants the seat; the member is not
 * idle by the rule, or it is not known, or has joined again since the plan was made; the seat is taken back already; nobody of that id is on the roster.
 */
export const KEPT_REASONS = [
  'protected',
  'wanted_elsewhere',
  'address_shared',
  'not_idle',
  'unknown',
  'joined_again',
  'reclaimed',
  'not_a_member',
] as const
/** Why somebody whom a plan could have removed stays. */
export type KeptReason = (typeof KEPT_REASONS)[number]

/** Whom a plan leaves alone, and why. */
export interface Kept {
  id: string
  reason: KeptReason
}

/** A member whose seat a plan takes back. */
export interface IdleMember {
  id: string
  reason: IdleReason
  /** Since when (ms). */
  since: number
  /** `Desired.joined` as the plan knew it: a newer join keeps the seat. Absent: the plan is older than this. */
  joined?: number
}

/** A snapshot, a reading of a whole group, or seats of idle testers to be taken back: what it would change, and how far it is. */
export interface Reconciliation {
  v: 1
  id: string
  roster: string
  kind: 'snapshot' | 'reconcile' | 'reclaim'
  status: 'running' | 'held' | 'done' | 'failed' | 'rejected'
  dryRun: boolean
  startedAt: number
  updatedAt: number
  progress: { read: number; total: number | null; converged: number; toConverge: number }
  plan: PlanCounts
  /** Members whose removal is part of the plan. */
  removals: string[]
  /** Ids of those whom it adds and changes; absent: nobody, or the plan is older than this. */
  added?: string[]
  updated?: string[]
  /** Members whose address the list clears, by a plan that is held; absent: none. */
  cleared?: string[]
  /** Whom it would have removed, but for a reason; absent: nobody. */
  kept?: Kept[]
  /** Of a reclaim: why each of `removals` counts as idle, and since when (ms). */
  idle?: IdleMember[]
  /** Of a reclaim: the reading of the group that it waits for, or waited for. */
  reading?: string
  /** Its removals were asked for by events (an identity provider's): those remove the protected as well. */
  fromEvents?: true
  /** Testers whom nobody put on the roster: masked where addresses may not be shown. */
  unmanaged: { testerId: string; email: string | null }[]
  /** Whether the unmanaged are to be removed too, as the roster said when the plan was made. */
  removesUnmanaged: boolean
  /** The roster's revision that the plan was made from: an approval is for this very plan. */
  revision: number
  /**
   * Why it is held: the roster's guard, the sum over its team key, a list of nobody, a list more of whose rows were kept out than
   * taken, or one with a row that may mean anybody (then it removes nobody, and an approval changes nothing).
   */
  held: 'roster' | 'team_key' | 'empty' | 'list' | 'list_unclear' | null
  approvedAt: number | null
  /** Who sent the list; absent: nobody, or it is older than this. */
  by?: string
  /** Who approved or rejected it, and why. */
  decidedBy: string | null
  reason: string | null
  problem: Problem | null
}
