import { isEntry, isAbout, isGuess } from './former-addresses.ts'
import { isReclaimed, settledStatus, type Observed } from './member.ts'
import { READ_LOST_AFTER_MS, REREAD_AFTER_MS } from './retry.ts'
import { pendingUntil, refused, UNSEARCHABLE, type PlanInput, type Step } from './step.ts'

export const addressesIn = ({ email, leaving }: Observed): string[] => (email === null ? leaving : [email, ...leaving])

/** One that is on its way out already, then those that nobody waits for. */
export function nextExit(
  { observed: { writing }, wantedHere }: PlanInput,
  emails: readonly string[],
): string | undefined {
  const begun = emails.find((email) => writing !== null && !isEntry(writing) && isAbout(writing, email))
  return begun ?? emails.find((email) => !wantedHere(email)) ?? emails[0]
}

/** How often a fellow member is looked for who is on the way: soon at first, then ever more seldom. */
const COMING_LOOK_MS = 2_000
/** Whoever is not in by then has a fault of their own: a complete listing says one day whether the address had to leave. */
const COMING_PATIENCE_MS = 3_600_000

/** The next step to get one address out of the group. Only the group says that somebody is out of it: being unknown to the app does not. */
export function planExit(input: PlanInput, email: string): Step {
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

/** Some five minutes; then the change is tried anew from what is there. */
const MOST_READS_OF_A_REMOVAL = 8

/** After a removal at app level, which Apple finishes later: read until the app and the group show nobody; undefined once that is so. */
export function planGone(input: PlanInput, email: string): Step | undefined {
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
