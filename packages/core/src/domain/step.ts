import type { ErrorCode } from '../errors.ts'
import type { BuildLack } from './build.ts'
import type { Desired, MemberStatus, Observed, TesterState } from './member.ts'
import type { RosterPolicies } from './roster.ts'

/** The one next thing to do for a member. Everything but settle, wait, forget, give_up and end_invitation is one Apple call, merged with others' of its kind. */
export type Step =
  | { do: 'settle'; status: MemberStatus; problem: ErrorCode | null }
  | { do: 'wait'; until: number; status: MemberStatus; problem: ErrorCode | null }
  /** `isTheirs`: a fellow member has the address now, and is in by it. */
  | { do: 'forget'; email: string; isTheirs: boolean }
  | { do: 'give_up'; code: ErrorCode; detail: string }
  | { do: 'look_up'; email: string; within: Within }
  | { do: 'read_membership'; email: string }
  | { do: 'create'; email: string }
  | { do: 'add'; email: string; testerId: string }
  | { do: 'remove'; email: string; testerId: string }
  | { do: 'remove_app'; email: string; testerId: string }
  | { do: 'invite'; email: string; testerId: string }
  | { do: 'end_invitation'; code: ErrorCode }

/** A step that takes a call to App Store Connect. */
export type CallStep = Exclude<Step, { do: 'settle' | 'wait' | 'forget' | 'give_up' | 'end_invitation' }>

/** One that changes what is there; the others only ask. */
export type WriteStep = Exclude<CallStep, { do: 'look_up' | 'read_membership' }>

export function isWrite(step: CallStep): step is WriteStep {
  return step.do !== 'look_up' && step.do !== 'read_membership'
}

/** Where a tester was looked up: Apple's records belong to an app, or to the whole account. */
export type Within = 'app' | 'account'

/**
 * What is known of the tester of an address. A read has three endings, and an error is never an empty answer: whoever was not
 * asked for, and whom Apple can't search for, is not known, which is not the same as not there.
 */
export type KnownTester =
  | { is: 'found'; id: string; state: TesterState | null }
  | { is: 'absent'; within: Within }
  | { is: 'unknown'; unsearchable: boolean }

/** What is known of a tester before Apple was asked. */
export const NOT_ASKED: KnownTester = { is: 'unknown', unsearchable: false }

/** All that `planStep` decides by: what is wanted, what was observed, what was asked for by hand. */
export interface PlanInput {
  now: number
  desired: Desired
  observed: Observed
  policies: Pick<RosterPolicies, 'removal'>
  /** Read Apple first, whatever is known. Cleared by the first membership read. */
  fresh: boolean
  /** Send Apple's invitation. Cleared when sent. */
  invite: boolean
  /** Why nobody of the group can be invited, as far as its builds are known; null where one can be installed, or none was read. */
  lack: BuildLack | null
  /** Several unknown people at once: one look-up for all is cheaper than a refused create each. */
  lookUpFirst: boolean
  knownTester: (email: string) => KnownTester
  /** What a present fellow member with the same address is known to be in the group; null where there is none. */
  twin: (email: string) => Observed | null
  /** Another present member of this roster has this address. */
  wantedHere: (email: string) => boolean
  /** The same, and one of them is still on the way to the group. */
  comingHere: (email: string) => boolean
  /** A read of this turn did not show the address, and may lag: another one so soon would say the same. */
  unseen: (email: string) => boolean
  /** Another roster of this app wants this address. */
  wantedElsewhere: (email: string) => boolean
  /** The same, and it is in that roster's group, or on the way there. */
  seatedElsewhere: (email: string) => boolean
  /** When this address was last sent out of the app (ms), by whomsoever; null where no removal is under way. */
  leavesAppSince: (email: string) => number | null
}

export const UNSEARCHABLE =
  'App Store Connect does not let this address be searched for, so it is not known whether it is there.'

export function refused(detail: string): Step {
  return { do: 'give_up', code: 'apple_refused', detail }
}

export function pendingUntil(until: number): Step {
  return { do: 'wait', until, status: 'pending', problem: null }
}
