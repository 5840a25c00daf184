import type { TesterState } from '@flightroster/app-store-connect'
import type { ErrorCode } from '../errors.ts'
import type { IdleReason } from './idle.ts'

export type { TesterState }

/** In the order of their index in the store: never renumber, only append. */
export const MEMBER_STATUSES = [
  'pending',
  'waiting',
  'not_invited',
  'invited',
  'accepted',
  'installed',
  'revoked',
  'removed',
  'failed',
  'reclaimed',
] as const
/** How far a member is, as the API and callbacks tell it. */
export type MemberStatus = (typeof MEMBER_STATUSES)[number]

/** Who should be in the group, from events and snapshots. Written by intake alone. */
export interface Desired {
  v: 1
  /** Counts up with every accepted change of this member. */
  version: number
  present: boolean
  email: string | null
  firstName: string | null
  lastName: string | null
  /** The instant that decides which event is newer, in ms. */
  time: number
  /** When it arrived, in ms. */
  at: number
  /** The entry of this record in the roster's index, where the store can't make it of bytes alone. */
  index?: string[]
  /** `version` of the newest join, 0 before the first: one join takes a person who stopped testing back in at most once. */
  joined: number
}

/** What keeps a member from where they should be: the error, in words, and since when (ms). */
export interface MemberProblem {
  code: ErrorCode
  detail: string
  at: number
}

/** A write to App Store Connect whose effect no read has shown yet: it is read back before anything else is decided. */
export interface Writing {
  kind: 'create' | 'add' | 'remove' | 'remove_app' | 'invite'
  email: string
  /** When it was sent, ms. */
  at: number
  /** How often it was read back. */
  reads: number
  /**
   * `lost`: sent or about to be, no usable answer; `confirmed`: Apple said yes, no read has shown it yet; `older`: yes, and named
   * somebody who was there before; `refused`: 4xx.
   */
  answer: 'lost' | 'confirmed' | 'older' | 'refused'
}

/** An address under which a member still has to be taken out, and since when (ms). */
export interface FormerAddress {
  email: string
  at: number
}

/** What Apple last said of a member, and how far we are. Written by the worker that holds the lane's lease alone. */
export interface Observed {
  v: 1
  /** The desired version that was carried out (or finally refused); 0 for none. */
  converged: number
  /** The address that is, or may be, in the group for this member; null when none is. */
  email: string | null
  state: TesterState | null
  /** When Apple said so, in ms. */
  observedAt: number | null
  /** True once an answer or a membership read named the tester in the group. */
  confirmed: boolean
  /** Our own last write whose outcome no answer or read has settled yet. */
  writing: Writing | null
  /** Former addresses of this member that still have to leave the group. */
  leaving: string[]
  /**
   * Addresses that we may have put in, and since when at the latest (ms): one that is among those that leave, and then is not believed to be out by
   * reads that may lag; or one that a read did not show (ms when). A single read can be wrong, and nothing else would say whose they were: one that
   * a complete listing shows leaves again, and is forgotten once one that began later does not show it.
   */
  former: FormerAddress[]
  /** Apple's answer had been "accepted" for a former address, so the new one is mailed once more after the old one is out. */
  invite: boolean
  /** `Desired.joined` of the join that a stopped tester was last taken back in for. */
  revived: number
  /**
   * `Desired.joined` of the join whose seat was taken back, because it was not used: the member stays on the roster and out of the app
   * until a newer join; null: nothing was taken back.
   */
  reclaimed: number | null
  /** Since when (ms) upstream knows that the seat is idle, and why; the seat is taken back once the grace is over. Null: it knows nothing. */
  grace: { from: number; reason: IdleReason } | null
  /** True once the state after a create was read again: Apple answers a create before it has sent the invitation. */
  settledState: boolean
  problem: MemberProblem | null
  /** What upstream was last told of this member, and how many things it was told. */
  told: { status: MemberStatus; problem: ErrorCode | null; sequence: number } | null
}

/** What is known of a member whom nobody has looked for yet. */
export const NOTHING_OBSERVED: Observed = {
  v: 1,
  converged: 0,
  email: null,
  state: null,
  observedAt: null,
  confirmed: false,
  writing: null,
  leaving: [],
  former: [],
  invite: false,
  revived: 0,
  reclaimed: null,
  grace: null,
  settledState: false,
  problem: null,
  told: null,
}

/** On the roster, and kept out of the app: the seat was taken back, and no join is newer than that. */
export function isReclaimed({ present, joined }: Desired, observed: Pick<Observed, 'reclaimed'> | null): boolean {
  return present && observed !== null && observed.reclaimed === joined
}

/** So many with each status, in the order of MEMBER_STATUSES; where a number is missing: none. */
export function toStatusCounts(numbers: readonly (number | undefined)[]): Record<MemberStatus, number> {
  const counts = { ...NOBODY }
  for (const [at, status] of MEMBER_STATUSES.entries()) counts[status] = numbers[at] ?? 0
  return counts
}

const NOBODY: Readonly<Record<MemberStatus, number>> = {
  pending: 0,
  waiting: 0,
  not_invited: 0,
  invited: 0,
  accepted: 0,
  installed: 0,
  revoked: 0,
  removed: 0,
  failed: 0,
  reclaimed: 0,
}

/** How many members are in the group, by a roster's counts: those whom the loss of its last build would hit. */
export function peopleInGroup(counts: Record<MemberStatus, number>): number {
  return counts.not_invited + counts.invited + counts.accepted + counts.installed
}

/** `status` of a member whose desired state was carried out. */
export function settledStatus(present: boolean, state: TesterState | null): MemberStatus {
  if (!present) return 'removed'
  switch (state) {
    case 'not_invited':
    case 'invited':
    case 'accepted':
    case 'installed':
    case 'revoked':
      return state
    case 'unknown':
    case null:
      // In the group by Apple's word, with a state this version does not know: an invitation is the least that happened.
      return 'invited'
  }
}
