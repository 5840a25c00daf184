import type { ErrorCode } from '../errors.ts'
import type { BuildLack } from './build.ts'
import { emailKey } from './email.ts'
import { settledStatus, type Desired, type MemberStatus, type Observed, type TesterState } from './member.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'
import type { RosterPolicies } from './roster.ts'

/** The one next thing to do for a member. Everything but settle, wait, forget and give_up is one Apple call, merged with others' of its kind. */
export type Step =
  | { do: 'settle'; status: MemberStatus; problem: ErrorCode | null }
  | { do: 'wait'; until: number; status: MemberStatus; problem: ErrorCode | null }
  | { do: 'forget'; email: string }
  | { do: 'give_up'; code: ErrorCode; detail: string }
  | { do: 'look_up'; email: string }
  | { do: 'read_membership'; email: string }
  | { do: 'create'; email: string }
  | { do: 'add'; email: string; testerId: string }
  | { do: 'remove'; email: string; testerId: string }
  | { do: 'remove_app'; email: string; testerId: string }
  | { do: 'invite'; email: string; testerId: string }

export type CallStep = Exclude<Step, { do: 'settle' | 'wait' | 'forget' | 'give_up' }>

/** A tester of the app, as far as known: undefined = not looked up, null = looked up and not there. */
export type KnownTester = { id: string; state: TesterState | null } | null | undefined

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
  /** Another roster of this app wants this address. */
  wantedElsewhere: (email: string) => boolean
  /** When another member's removal of this address from the app was sent (ms); null where none is under way. */
  leavesAppSince: (email: string) => number | null
}

/** Pure: the same knowledge gives the same step. Called again after every answer until it settles or waits. */
export function planStep(input: PlanInput): Step {
  return input.desired.present ? planPresent(input) : planAbsent(input)
}

/**
 * Puts the address that a member moved away from, or that was cleared, among those that have to leave, before anything is
 * planned.
 */
export function beginMove(desired: Desired, observed: Observed, wantedHere: (email: string) => boolean): Observed {
  const leaving = observed.leaving.filter((email) => !wantedHere(email))
  if (!desired.present) return { ...observed, leaving }
  const key = desired.email === null ? null : emailKey(desired.email)
  const back = leaving.filter((email) => emailKey(email) !== key)
  if (observed.email === null || emailKey(observed.email) === key) return { ...observed, leaving: back }
  const had = observed.state === 'accepted' || observed.state === 'installed'
  return {
    ...observed,
    email: null,
    state: null,
    confirmed: false,
    writing: null,
    settledState: false,
    leaving: wantedHere(observed.email) ? back : [...back, observed.email],
    invite: observed.invite || had,
  }
}

function planPresent(input: PlanInput): Step {
  const { desired, observed } = input
  if (desired.email === null) {
    const [cleared] = observed.leaving
    return cleared === undefined
      ? { do: 'settle', status: 'waiting', problem: 'address_missing' }
      : planExit(input, cleared)
  }
  const email = desired.email
  const writing = observed.writing
  if (writing && (writing.kind === 'create' || writing.kind === 'add')) {
    const step = planReadBack(input, email)
    if (step) return step
  }
  if (writing?.kind === 'remove_app' && emailKey(writing.email) === emailKey(email)) {
    const step = planGone(input, email)
    if (step) return step
  }
  if (!observed.confirmed) return planEntry(input, email)
  if (input.fresh) return { do: 'read_membership', email }
  if (observed.state === 'revoked') return planStopped(input, email)
  const leaving = observed.leaving[0]
  if (leaving !== undefined) return planExit(input, leaving)
  if (input.invite || observed.invite) return planInvitation(input, email)
  return planSettled(input)
}

/** In the group by Apple's word. A create is answered before the mail goes out, so "not invited" is read once more. */
function planSettled({ observed, now, lack }: PlanInput): Step {
  const status = settledStatus(true, observed.state)
  const unsure = observed.state === 'not_invited' || observed.state === 'unknown' || observed.state === null
  if (unsure && !observed.settledState) {
    const until = (observed.observedAt ?? now) + (REREAD_AFTER_MS[2] ?? 0)
    if (now < until) return { do: 'wait', until, status, problem: status === 'not_invited' ? lack : null }
    return { do: 'read_membership', email: observed.email ?? '' }
  }
  return { do: 'settle', status, problem: status === 'not_invited' ? (lack ?? 'build_missing') : null }
}

/** How long another's removal is waited for (its roster may be paused), and how often it is looked at. */
const REMOVAL_PATIENCE_MS = 120_000
const REMOVAL_LOOK_MS = 2_000

/** Not in the group as far as known: the fewest calls that get the person in. */
function planEntry(input: PlanInput, email: string): Step {
  const twin = input.twin(email)
  if (twin) return { do: 'settle', status: settledStatus(true, twin.state), problem: null }
  // Apple finishes such a removal later, and would take out again whoever entered meanwhile.
  const leaves = input.leavesAppSince(email)
  if (leaves !== null && input.now - leaves < REMOVAL_PATIENCE_MS) return pendingUntil(input.now + REMOVAL_LOOK_MS)
  const tester = input.knownTester(email)
  if (tester === undefined && input.lookUpFirst) return { do: 'look_up', email }
  if (!tester) return { do: 'create', email }
  if (tester.state === 'revoked') return planStopped(input, email)
  return { do: 'add', email, testerId: tester.id }
}

/** The person stopped testing. A join that came after we knew takes the tester out and in again, once; otherwise it is reported. */
function planStopped(input: PlanInput, email: string): Step {
  const { desired, observed } = input
  const askedAnew = desired.joined > observed.converged || input.invite
  const alreadyDone = observed.revived >= desired.joined && !input.invite
  if (!askedAnew || alreadyDone || input.wantedElsewhere(email)) {
    return { do: 'settle', status: 'revoked', problem: 'testing_stopped' }
  }
  const tester = input.knownTester(email)
  if (tester === undefined) return { do: 'look_up', email }
  if (tester === null) return { do: 'create', email }
  return { do: 'remove_app', email, testerId: tester.id }
}

/** After our own create or add: what has to be read, and when; undefined where the write has to go out (again). */
function planReadBack(input: PlanInput, email: string): Step | undefined {
  const { observed, now } = input
  const writing = observed.writing
  if (!writing || emailKey(writing.email) !== emailKey(email)) return undefined
  switch (writing.answer) {
    case 'lost': {
      if (writing.reads > 0) return undefined
      const due = writing.at + READ_LOST_AFTER_MS
      return now < due ? pendingUntil(due) : { do: 'read_membership', email }
    }
    case 'confirmed': {
      const wait = REREAD_AFTER_MS[writing.reads]
      if (wait === undefined) {
        return refused('Apple confirmed the change, and no read has shown it for a minute.')
      }
      return now < writing.at + wait ? pendingUntil(writing.at + wait) : { do: 'read_membership', email }
    }
    case 'refused':
      return writing.kind === 'create' ? planRefusedCreate(input, email) : planRefusedAdd(input, email)
  }
}

/** Any 4xx on a create may mean that the tester exists: who is no tester of the app is in none of its groups either. */
function planRefusedCreate(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  const tester = input.knownTester(email)
  if (tester === undefined) return { do: 'look_up', email }
  if (tester === null) return refused('App Store Connect refuses to add this tester, and the app does not show it.')
  if (reads < 2) return { do: 'read_membership', email }
  return { do: 'add', email, testerId: tester.id }
}

/** Any 4xx on an add may mean "already in": the group is read before anything is believed. */
function planRefusedAdd(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  if (reads === 0) return { do: 'read_membership', email }
  if (input.knownTester(email) === undefined) return { do: 'look_up', email }
  return refused('App Store Connect refuses to add this tester, and the group does not show it.')
}

function refused(detail: string): Step {
  return { do: 'give_up', code: 'apple_refused', detail }
}

/** Some five minutes; then the change is tried anew from what is there. */
const MOST_READS_OF_A_REMOVAL = 8

/** After a removal at app level, which Apple finishes later: wait until the tester is gone; undefined once it is. */
function planGone(input: PlanInput, email: string): Step | undefined {
  const { observed, now } = input
  const writing = observed.writing
  if (!writing) return undefined
  const tester = input.knownTester(email)
  if (tester === null) return undefined
  const wait = REREAD_AFTER_MS[Math.min(writing.reads, REREAD_AFTER_MS.length - 1)] ?? 60_000
  if (writing.reads > MOST_READS_OF_A_REMOVAL) return refused('The removal from the app did not finish at Apple.')
  const since = writing.reads < REREAD_AFTER_MS.length ? writing.at + wait : writing.at + wait * (writing.reads - 3)
  if (now < since) return pendingUntil(since)
  // Where another roster puts the person back meanwhile, the tester is never gone from the app, but from this group.
  return { do: input.wantedElsewhere(email) ? 'read_membership' : 'look_up', email }
}

function planInvitation(input: PlanInput, email: string): Step {
  const tester = input.knownTester(email)
  if (tester === undefined) return { do: 'look_up', email }
  if (tester === null) return { do: 'read_membership', email }
  return { do: 'invite', email, testerId: tester.id }
}

function planAbsent(input: PlanInput): Step {
  const { observed } = input
  const email = observed.email ?? observed.leaving[0]
  if (email === undefined) return { do: 'settle', status: 'removed', problem: null }
  return planExit(input, email)
}

/** The next step to get one address out of the group; `forget` once it is out. */
function planExit(input: PlanInput, email: string): Step {
  const { observed, now, policies } = input
  const writing = observed.writing && emailKey(observed.writing.email) === emailKey(email) ? observed.writing : null
  const tester = input.knownTester(email)
  if (input.wantedHere(email)) return { do: 'forget', email }
  if (writing?.kind === 'remove') {
    if (writing.answer === 'lost' && writing.reads === 0) {
      const due = writing.at + READ_LOST_AFTER_MS
      return now < due ? pendingUntil(due) : { do: 'read_membership', email }
    }
    if (writing.answer === 'refused') {
      if (writing.reads === 0) return { do: 'read_membership', email }
      return refused('App Store Connect refuses to remove this tester, and the group still shows it.')
    }
  }
  if (writing?.kind === 'remove_app' && writing.answer === 'confirmed')
    return planGone(input, email) ?? { do: 'forget', email }
  if (tester === undefined) return { do: 'look_up', email }
  if (tester === null) {
    // Just created or added, and reads lag: not found is not yet gone.
    const entering = writing && (writing.kind === 'create' || writing.kind === 'add') ? writing : null
    const wait = entering ? REREAD_AFTER_MS[entering.reads] : undefined
    return entering && wait !== undefined ? pendingUntil(entering.at + wait) : { do: 'forget', email }
  }
  const atAppLevel = policies.removal === 'app' || (input.desired.present && observed.invite)
  if (atAppLevel && !input.wantedElsewhere(email)) return { do: 'remove_app', email, testerId: tester.id }
  return { do: 'remove', email, testerId: tester.id }
}

function pendingUntil(until: number): Step {
  return { do: 'wait', until, status: 'pending', problem: null }
}
