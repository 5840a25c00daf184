import type { ErrorCode } from '../errors.ts'
import type { BuildLack } from './build.ts'
import { emailKey } from './email.ts'
import {
  isReclaimed,
  settledStatus,
  type Desired,
  type FormerAddress,
  type MemberStatus,
  type Observed,
  type TesterState,
  type Writing,
} from './member.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'
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

/** Pure: the same knowledge gives the same step. Called again after every answer until it settles or waits. */
export function planStep(input: PlanInput): Step {
  const step = planNext(input)
  if (step.do !== 'read_membership' || !input.unseen(step.email)) return step
  const { desired, observed, now } = input
  const isIn = desired.present && observed.confirmed && isOwn(observed, step.email)
  const until = nextRead(inSince(observed, step.email) ?? now, now)
  return { do: 'wait', until, status: isIn ? settledStatus(true, observed.state) : 'pending', problem: null }
}

function planNext(input: PlanInput): Step {
  if (isReclaimed(input.desired, input.observed)) return planReclaimed(input)
  return input.desired.present ? planPresent(input) : planAbsent(input)
}

/**
 * Puts the address that a member moved away from, or that was cleared, among those that have to leave, before anything is
 * planned. Who has no seat has no new address to enter with.
 */
export function beginMove(desired: Desired, before: Observed): Observed {
  // No mail goes to somebody who has no seat; one that was taken back before this join is of no interest any more.
  if (isReclaimed(desired, before)) return { ...before, invite: false }
  const observed = { ...before, reclaimed: null }
  if (!desired.present) {
    // Left before anybody looked: the person may be in already, put there by hand.
    const email = observed.converged === 0 ? (observed.email ?? desired.email) : observed.email
    return { ...observed, email, grace: null }
  }
  const key = desired.email === null ? null : emailKey(desired.email)
  const stay = before.leaving.filter((email) => emailKey(email) !== key)
  if (observed.email !== null && emailKey(observed.email) === key) return { ...observed, leaving: stay }
  // Back at one that had still to leave: it may be in, and has to leave should the member move on before it has entered anew.
  const back = before.leaving.find((email) => emailKey(email) === key) ?? null
  const had = observed.state === 'accepted' || observed.state === 'installed'
  // Such an address is known to have been in: it gets no second mail.
  const invite = back === null && (observed.invite || had)
  if (observed.email === null) return { ...observed, email: back, leaving: stay, invite }
  return {
    ...dropWriting(observed),
    email: back,
    state: null,
    confirmed: false,
    settledState: false,
    leaving: [...stay, observed.email],
    former: rememberEntry(observed, observed.email),
    invite,
  }
}

/** No more than anybody has in a day of faults: the oldest go first. */
const FORMER_KEPT = 8

/** Each address once, the newest last. */
export function rememberFormer(former: readonly FormerAddress[], email: string, at: number): FormerAddress[] {
  return [...former.filter((one) => emailKey(one.email) !== emailKey(email)), { email, at }].slice(-FORMER_KEPT)
}

/** The same, with since when the address may be in; as it is where none of this member's may be. */
function rememberEntry(observed: Observed, email: string): FormerAddress[] {
  const since = inSince(observed, email)
  return since === null ? observed.former : rememberFormer(observed.former, email, since)
}

/** Gives up on our last write. Where it was an entry that nothing has shown yet, reads that lag must not hide it from whoever looks next. */
export function dropWriting(observed: Observed): Observed {
  const { writing } = observed
  if (!writing) return observed
  const former = isEntry(writing) ? rememberEntry(observed, writing.email) : observed.former
  return { ...observed, former, writing: null }
}

function planPresent(input: PlanInput): Step {
  const { desired, observed } = input
  if (desired.email === null) {
    const cleared = nextExit(input, observed.leaving)
    return cleared === undefined
      ? { do: 'settle', status: 'waiting', problem: 'address_missing' }
      : planExit(input, cleared)
  }
  const email = desired.email
  const writing = observed.writing
  if (writing && isEntry(writing)) {
    const step = planReadBack(input, email)
    if (step) return step
  }
  if (writing?.kind === 'remove_app' && isAbout(writing, email)) {
    const step = planGone(input, email)
    if (step) return step
  }
  // Left, and back before it was known what became of the removal: a read that still shows the person may be an old one.
  if (writing?.kind === 'remove' && isAbout(writing, email)) {
    const due = writing.at + READ_LOST_AFTER_MS
    return input.now < due ? pendingUntil(due) : planEntry(input, email)
  }
  // Whoever sent it died, or got no answer: a second one would mail twice.
  if (writing?.kind === 'invite') return { do: 'end_invitation', code: 'invitation_unknown' }
  if (!observed.confirmed) return planEntry(input, email)
  if (input.fresh) return { do: 'read_membership', email }
  if (observed.state === 'revoked') return planStopped(input, email)
  const leaving = nextExit(input, observed.leaving)
  if (leaving !== undefined) return planExit(input, leaving)
  // An entry of ours mails by itself: whether it did shows once the state has settled.
  if ((input.invite || observed.invite) && !isUnsettled(observed)) return planInvitation(input, email)
  return planSettled(input)
}

/** In the group by Apple's word. A create is answered before the mail goes out, so "not invited" is read once more. */
function planSettled({ observed, now, lack }: PlanInput): Step {
  const status = settledStatus(true, observed.state)
  if (isUnsettled(observed)) {
    const until = (observed.observedAt ?? now) + (REREAD_AFTER_MS[2] ?? 0)
    if (now < until) return { do: 'wait', until, status, problem: status === 'not_invited' ? lack : null }
    return { do: 'read_membership', email: observed.email ?? '' }
  }
  return { do: 'settle', status, problem: status === 'not_invited' ? (lack ?? 'build_missing') : null }
}

function isUnsettled({ state, settledState }: Observed): boolean {
  return !settledState && (state === 'not_invited' || state === 'unknown' || state === null)
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
  switch (tester.is) {
    case 'unknown':
      if (input.lookUpFirst && !tester.unsearchable) return { do: 'look_up', email, within: 'app' }
      return { do: 'create', email }
    case 'absent':
      return { do: 'create', email }
    case 'found':
      if (tester.state === 'revoked') return planStopped(input, email)
      return { do: 'add', email, testerId: tester.id }
  }
}

/**
 * The person stopped testing. A join that came after we knew takes the tester out and in again, once; otherwise it is reported. A row that
 * another roster's group has stays there, and comes into this group beside it; one that is in no group serves nobody, whoever wants it.
 */
function planStopped(input: PlanInput, email: string): Step {
  const { desired, observed } = input
  const askedAnew = desired.joined > observed.converged || input.invite
  const alreadyDone = observed.revived >= desired.joined && !input.invite
  const isDue = askedAnew && !alreadyDone
  const tester = input.knownTester(email)
  const isSeated = input.seatedElsewhere(email)
  if (askedAnew && !observed.confirmed) {
    if (isDue && isSeated && tester.is === 'found') return { do: 'add', email, testerId: tester.id }
    // What our own removal has left of the row: a new entry makes a new tester.
    if (alreadyDone && !isSeated) return { do: 'create', email }
  }
  if (!isDue || isSeated) {
    // Who moved to this address is no longer there with the former one.
    const former = nextExit(input, observed.leaving)
    if (former !== undefined) return planExit(input, former)
    return { do: 'settle', status: 'revoked', problem: 'testing_stopped' }
  }
  switch (tester.is) {
    case 'unknown':
      return tester.unsearchable ? refused(UNSEARCHABLE) : { do: 'look_up', email, within: 'app' }
    case 'absent':
      return { do: 'create', email }
    case 'found':
      return { do: 'remove_app', email, testerId: tester.id }
  }
}

const UNSEARCHABLE =
  'App Store Connect does not let this address be searched for, so it is not known whether it is there.'

/** After our own create or add: what has to be read, and when; undefined where the write has to go out (again). */
function planReadBack(input: PlanInput, email: string): Step | undefined {
  const { observed, now } = input
  const writing = observed.writing
  if (!writing || !isAbout(writing, email)) return undefined
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
    case 'older': {
      // Read twice, since reads lag; then the one that Apple named is added by its id.
      const wait = writing.reads < 2 ? REREAD_AFTER_MS[writing.reads] : undefined
      if (wait === undefined) return undefined
      return now < writing.at + wait ? pendingUntil(writing.at + wait) : { do: 'read_membership', email }
    }
    case 'refused':
      return writing.kind === 'create' ? planRefusedCreate(input, email) : planRefusedAdd(input, email)
  }
}

/**
 * Any 4xx on a create may mean that the tester exists. Where the app does not show one, the record may be of another app of the
 * team: then it is added by its id, and believed once the group shows it.
 */
function planRefusedCreate(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  const tester = input.knownTester(email)
  switch (tester.is) {
    case 'unknown':
      return tester.unsearchable ? refused(UNSEARCHABLE) : { do: 'look_up', email, within: 'app' }
    case 'absent':
      if (tester.within === 'app') return { do: 'look_up', email, within: 'account' }
      return refused('App Store Connect refuses to add this tester, and neither the app nor the account shows it.')
    case 'found':
      return reads === 0 ? { do: 'read_membership', email } : { do: 'add', email, testerId: tester.id }
  }
}

/** Any 4xx on an add may mean "already in": the group is read before anything is believed. */
function planRefusedAdd(input: PlanInput, email: string): Step {
  const reads = input.observed.writing?.reads ?? 0
  if (reads === 0) return { do: 'read_membership', email }
  const tester = input.knownTester(email)
  if (tester.is === 'unknown' && !tester.unsearchable) return { do: 'look_up', email, within: 'app' }
  return refused('App Store Connect refuses to add this tester, and the group does not show it.')
}

function refused(detail: string): Step {
  return { do: 'give_up', code: 'apple_refused', detail }
}

/** Some five minutes; then the change is tried anew from what is there. */
const MOST_READS_OF_A_REMOVAL = 8

/** After a removal at app level, which Apple finishes later: read until the app and the group show nobody; undefined once that is so. */
function planGone(input: PlanInput, email: string): Step | undefined {
  const { observed, now } = input
  const writing = observed.writing
  if (!writing) return undefined
  const tester = input.knownTester(email)
  // A record of the whole team may be hidden from the app: the group has the last word, and clears what was written.
  if (tester.is === 'absent') return { do: 'read_membership', email }
  // Seats are taken back by the thousand, and nobody waits for the word that one is out: a look less is worth a few seconds.
  const step = isReclaimed(input.desired, observed) ? Math.max(1, writing.reads) : writing.reads
  const wait = REREAD_AFTER_MS[Math.min(step, REREAD_AFTER_MS.length - 1)] ?? 60_000
  if (writing.reads > MOST_READS_OF_A_REMOVAL) return refused('The removal from the app did not finish at Apple.')
  const since = writing.reads < REREAD_AFTER_MS.length ? writing.at + wait : writing.at + wait * (writing.reads - 3)
  if (now < since) return pendingUntil(since)
  // Where another roster puts the person back meanwhile, the tester is never gone from the app, but from this group.
  if (input.wantedElsewhere(email) || (tester.is === 'unknown' && tester.unsearchable))
    return { do: 'read_membership', email }
  return { do: 'look_up', email, within: 'app' }
}

function planInvitation(input: PlanInput, email: string): Step {
  const tester = input.knownTester(email)
  if (tester.is === 'found') return { do: 'invite', email, testerId: tester.id }
  return { do: 'read_membership', email }
}

function planAbsent(input: PlanInput): Step {
  const email = nextExit(input, addressesIn(input.observed))
  if (email === undefined) return { do: 'settle', status: 'removed', problem: null }
  return planExit(input, email)
}

/** On the roster without a seat: out of the app, and nothing brings the person back but a newer join. */
function planReclaimed(input: PlanInput): Step {
  const email = nextExit(input, addressesIn(input.observed))
  if (email === undefined) return { do: 'settle', status: 'reclaimed', problem: 'idle_reclaimed' }
  return planExit(input, email)
}

const addressesIn = ({ email, leaving }: Observed): string[] => (email === null ? leaving : [email, ...leaving])

/** One that is on its way out already, then those that nobody waits for. */
function nextExit({ observed: { writing }, wantedHere }: PlanInput, emails: readonly string[]): string | undefined {
  const begun = emails.find((email) => writing !== null && !isEntry(writing) && isAbout(writing, email))
  return begun ?? emails.find((email) => !wantedHere(email)) ?? emails[0]
}

/** How often a fellow member is looked for who is on the way: soon at first, then ever more seldom. */
const COMING_LOOK_MS = 2_000
/** Whoever is not in by then has a fault of their own: a complete listing says one day whether the address had to leave. */
const COMING_PATIENCE_MS = 3_600_000

/** The next step to get one address out of the group. Only the group says that somebody is out of it: being unknown to the app does not. */
function planExit(input: PlanInput, email: string): Step {
  const { observed, now } = input
  const writing = observed.writing && isAbout(observed.writing, email) ? observed.writing : null
  const tester = input.knownTester(email)
  const atAppLevel = leavesApp(input, email)
  if (writing?.kind === 'remove' || writing?.kind === 'remove_app') {
    if (writing.kind === 'remove_app' && writing.answer === 'confirmed') {
      const step = planGone(input, email)
      if (step) return step
    }
    if (writing.answer === 'lost' && writing.reads === 0) {
      const due = writing.at + READ_LOST_AFTER_MS
      return now < due ? pendingUntil(due) : { do: 'read_membership', email }
    }
    if (writing.answer === 'refused') {
      if (writing.reads === 0) return { do: 'read_membership', email }
      if (tester.is === 'found') return refused('App Store Connect refuses to remove this tester, and still shows it.')
      return { do: 'read_membership', email }
    }
  }
  if (input.wantedHere(email)) return planHandOver(input, email)
  if (isGuess(observed, email)) return { do: 'read_membership', email }
  switch (tester.is) {
    case 'found':
      return { do: atAppLevel ? 'remove_app' : 'remove', email, testerId: tester.id }
    case 'unknown':
      if (tester.unsearchable) return refused(UNSEARCHABLE)
      if (atAppLevel) return { do: 'look_up', email, within: 'app' }
      return { do: 'read_membership', email }
    case 'absent':
      return { do: 'read_membership', email }
  }
}

/**
 * A fellow member has the address: it is theirs once they are in by it. Until then they may turn back without ever having had
 * anything to do with it, and nobody would take it out.
 */
function planHandOver({ observed, desired, now, ...input }: PlanInput, email: string): Step {
  const age = Math.max(0, now - desired.at)
  const isTheirs = input.twin(email) !== null
  if (isTheirs || !input.comingHere(email) || age > COMING_PATIENCE_MS) return { do: 'forget', email, isTheirs }
  const isIn = desired.present && observed.confirmed
  const status = isIn || !desired.present ? settledStatus(desired.present, observed.state) : 'pending'
  return { do: 'wait', until: now + Math.max(COMING_LOOK_MS, Math.round(age / 4)), status, problem: null }
}

/** Out of the app, not only out of the group, and not where another roster of the app wants the person. */
function leavesApp({ policies, desired, observed, wantedElsewhere }: PlanInput, email: string): boolean {
  const isForced = isReclaimed(desired, observed) || (desired.present && observed.invite)
  return (policies.removal === 'app' || isForced) && !wantedElsewhere(email)
}

/** A write that puts somebody into the group. */
export function isEntry({ kind }: Pick<Writing, 'kind'>): boolean {
  return kind === 'create' || kind === 'add'
}

/** How long reads may lag. */
const LAG_MS = REREAD_AFTER_MS.at(-1) ?? 60_000

/** When an address was put into the group last, or shown there (ms), as far as this member's own books say; null where they say nothing. */
function inSince(observed: Observed, email: string): number | null {
  const { writing, former } = observed
  const times = former.filter((one) => emailKey(one.email) === emailKey(email)).map(({ at }) => at)
  if (writing && isEntry(writing) && isAbout(writing, email)) times.push(writing.at)
  if (observed.confirmed && isOwn(observed, email)) times.push(observed.observedAt ?? 0)
  return times.length === 0 ? null : Math.max(...times)
}

/** In so short a time ago that reads may not show it yet: not shown is not yet gone, unless Apple has taken our removal since. */
export function mayBeHidden(observed: Observed, email: string, now: number): boolean {
  const { writing } = observed
  const isTaken = writing !== null && !isEntry(writing) && writing.kind !== 'invite' && writing.answer === 'confirmed'
  if (isTaken && isAbout(writing, email)) return false
  const since = inSince(observed, email)
  return since !== null && mayLag(since, now)
}

/** Reads may still show what was before `since`. */
export function mayLag(since: number, now: number): boolean {
  return now - since < LAG_MS
}

/** When one who is not shown is read again: ever later after the entry, and once more when no read can lag any longer. */
function nextRead(since: number, now: number): number {
  return since + (REREAD_AFTER_MS.find((after) => since + after > now) ?? now - since + READ_LOST_AFTER_MS)
}

/** Nothing but a wish of upstream's names the address: nobody was put in by it, and none was seen there. */
function isGuess(observed: Observed, email: string): boolean {
  return (
    observed.converged === 0 && observed.writing === null && isOwn(observed, email) && inSince(observed, email) === null
  )
}

function isOwn({ email: own }: Pick<Observed, 'email'>, email: string): boolean {
  return own !== null && emailKey(own) === emailKey(email)
}

function isAbout(writing: Writing, email: string): boolean {
  return emailKey(writing.email) === emailKey(email)
}

function pendingUntil(until: number): Step {
  return { do: 'wait', until, status: 'pending', problem: null }
}
