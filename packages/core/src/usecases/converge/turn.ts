import { isReclaimed, type Desired, type MemberStatus, type Observed } from '../../domain/member.ts'
import type { KnownTester } from '../../domain/step.ts'
import type { Roster } from '../../domain/roster.ts'
import type { RunEntry } from '../../domain/timeline.ts'
import type { AppError, ErrorCode } from '../../errors.ts'
import type { LaneJob } from '../../queues/index.ts'
import type { TracedTurn } from './trace-turns.ts'

/** How a member's turn ends, and what becomes of the job. */
export type Ending =
  | { kind: 'done'; status: MemberStatus; problem: ErrorCode | null; detail?: string | undefined }
  | { kind: 'later'; until: number; status: MemberStatus; problem: ErrorCode | null; detail?: string | undefined }
  /** `status`: of somebody who is settled meanwhile; pending where it is absent. */
  | { kind: 'retry'; error: AppError; status?: MemberStatus }
  /** Waits for a seat of the app, in order of arrival. */
  | { kind: 'in_line' }
  /** Waits for its roster to be resumed or mended. */
  | { kind: 'parked'; problem: ErrorCode | null }
  /** Its workers died with it, time and again: it is not begun any more, and waits for a person. */
  | { kind: 'poisoned' }
  /** The lane stops here; the job was not carried out and loses nothing. */
  | { kind: 'give_back' }

/** One member of a batch on its way from observed to desired. */
export interface Turn {
  job: LaneJob
  roster: Roster
  member: string
  desired: Desired
  /** A working copy; recorded when the turn ends. */
  observed: Observed
  /** How often it was asked by hand, when the turn began. */
  asked: { fresh: number; invite: number }
  /** Still to be done of it. */
  fresh: boolean
  invite: boolean
  /** Tester ids learnt in this turn, by address (lower-cased); null: Apple has none any more. */
  learnt: Map<string, string | null>
  calls: RunEntry['c']
  /** How long each of them took. */
  callMs: number[]
  ending: Ending | null
  /** What was noted before the write that is under way. */
  before: Pick<Observed, 'email' | 'writing' | 'confirmed' | 'former'> | null
  /** Addresses (lower-cased) that a read of this turn did not show, though they may be in. */
  unseen: Set<string>
  /** Addresses (lower-cased) whose removal from the app was sent, in this turn or before, and was not known to be over. */
  leavesApp: Set<string>
  /** Told with the ending, where that has no problem of its own: why an invitation that was asked for was not sent. */
  notice: { problem: ErrorCode; detail: string } | null
  /** Null where nothing is traced. */
  trace: TracedTurn | null
}

/** What is known of a member changes while the turn goes on; it is recorded when that ends. */
export function amend(turn: Turn, change: Partial<Observed>): void {
  turn.observed = { ...turn.observed, ...change }
}

/** Whose seat is taken back is on the roster, and wants none. */
export function wantsToBeIn({ desired, observed }: Turn): boolean {
  return desired.present && !isReclaimed(desired, observed)
}

/** What a batch knows of one app: testers by address (lower-cased). */
export type KnownTesters = Map<string, KnownTester>
