import { inSince, isAbout, isEntry, isOwn, nextRead } from './former-addresses.ts'
import { isReclaimed, settledStatus, type Observed } from './member.ts'
import { addressesIn, nextExit, planExit, planGone } from './plan-exit.ts'
import { planReadBack } from './plan-read-back.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'
import { pendingUntil, refused, UNSEARCHABLE, type PlanInput, type Step } from './step.ts'

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
