import type { ErrorCode } from '../errors.ts'
import type { IdleReason } from './idle.ts'
import type { BuildState } from './build.ts'
import type { MemberStatus, Observed } from './member.ts'

/** Statuses that upstream is told of; `pending` and `not_invited` are on the way to one of them. */
export const TOLD_STATUSES = [
  'invited',
  'accepted',
  'installed',
  'revoked',
  'removed',
  'failed',
  'waiting',
  'reclaimed',
] as const

/**
 * Something that upstream is told once, recorded in the step that makes it true. `sequence` counts up per member, per roster
 * (builds and the roster itself) or per team key, so that a receiver can drop what is older than what it has.
 */
export type Fact = MemberFact | RosterFact | BuildFact | TeamKeyFact

/** Something that happened to a member, as callbacks tell it. `sequence` counts by member: a higher one is newer. */
export interface MemberFact {
  type: `member.${(typeof TOLD_STATUSES)[number]}` | 'member.address_changed' | 'member.idle'
  roster: string
  member: string
  sequence: number
  status: MemberStatus
  problem: { code: ErrorCode; detail: string } | null
  /** Of `member.idle`: why, and when the seat is taken back at the earliest (ms). */
  idle?: { reason: IdleReason; reclaimAt: number }
  at: number
}

/** A roster began to need a person, or needs none any more. `sequence` counts by roster: a higher one is newer. */
export interface RosterFact {
  type: 'roster.held' | 'roster.blocked' | 'roster.recovered'
  roster: string
  sequence: number
  /** The plan that is held; of `roster.recovered`, one that still is. */
  reconciliation?: string
  /** Of `roster.blocked`: when the roster was made (ms); one that was made anew under its id is another one. */
  madeAt?: number
  problem: { code: ErrorCode; detail: string } | null
  at: number
}

/** A build became available to a roster's group, or is about to run out. `sequence` counts by roster: a higher one is newer. */
export interface BuildFact {
  type: 'build.available' | 'build.expiring' | 'build.run_out'
  roster: string
  sequence: number
  build: { id: string; version: string; number: string; expiresAt: string | null }
  /** Of an end: members who are in the group, and what comes after the build; null: nothing newer is in the pipeline. */
  peopleAffected?: number
  successor?: Successor | null
  at: number
}

/** The next build in the pipeline, and how far it is. */
export interface Successor {
  number: string
  state: BuildState
}

/** App Store Connect refuses a team key, or takes it again. `sequence` counts by key: a higher one is newer. */
export interface TeamKeyFact {
  type: 'team_key.rejected' | 'team_key.recovered'
  teamKey: string
  /** When the key was made (ms); one that was made anew under its id is another one. */
  madeAt?: number
  sequence: number
  problem: { code: ErrorCode; detail: string } | null
  at: number
}

/** The fact that a member's new status is, unless upstream was told the same last; with what to remember of it. */
export function toMemberFact(
  member: { roster: string; member: string },
  status: MemberStatus,
  problem: { code: ErrorCode; detail: string } | null,
  told: Observed['told'],
  at: number,
): { fact: MemberFact; told: NonNullable<Observed['told']> } | null {
  const tellable = TOLD_STATUSES.find((one) => one === status)
  if (tellable === undefined) return null
  if (told?.status === status && told.problem === (problem?.code ?? null)) return null
  const sequence = (told?.sequence ?? 0) + 1
  return {
    fact: { type: `member.${tellable}`, ...member, sequence, status, problem, at },
    told: { status, problem: problem?.code ?? null, sequence },
  }
}
