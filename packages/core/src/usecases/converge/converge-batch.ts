/**
 * ⑥ Brings a batch of members from observed to desired: plan each (pure), take all first steps in merged calls, plan again, until
 * every member has settled, waits for a later read, or the lane has to stop.
 *
 * What was written, what Apple answered and how often it was read back decide the next step (`domain/plan.ts`, `planStep`):
 *
 * | written | answer | reads | next step |
 * | --- | --- | --- | --- |
 * | nothing | | | out: create, or add by the id we know; in: settle, or what was asked for; to leave: remove by id, else read who it is |
 * | create, add | lost (5xx, no answer) | 0 | wait 2 s, read the group |
 * | | lost | 1 | write again: it has no second effect |
 * | | confirmed (204) | 0–4 | read the group after 2, 5, 10, 30, 60 s |
 * | | confirmed | 5 | give up, an attempt is used |
 * | create | older (201 with a tester who was there before) | 0–1 | read the group after 2 and 5 s |
 * | | older | 2 | add by the id that Apple named |
 * | | refused (4xx) | 0 | look the app up, then the account; found: read the group; nowhere: give up |
 * | | refused, found | 1 | add by its id |
 * | add | refused | 0 | read the group |
 * | | refused | 1 | look the app up, give up |
 * | remove | lost | 0 | wait 2 s, read the group; the member is wanted in again meanwhile: wait 2 s, write the entry |
 * | remove, remove_app | refused | 0 | read the group; shown: give up |
 * | remove_app | confirmed (202) | 0–8 | look the app up; gone there: read the group; 9: give up |
 * | invite | lost | | never again: said to be unknown |
 *
 * A read ends as found, not there, or not known, and only the group's own answer says that somebody is out of it:
 *
 * | read | found | not there | refused for the address | refused otherwise |
 * | --- | --- | --- | --- | --- |
 * | look_up | its id | create (to enter), or read the group (to leave) | create; to leave: give up | later, nothing is believed |
 * | read_membership | in | out; just written: read again | give up | later, nothing is believed |
 *
 * Reads lag. Who was put in, or seen in, less than a minute ago is not believed to be out by a read that shows nobody, whatever was
 * written since, whoever wants the address now: read again after 2, 5, 10, 30, 60 s (`mayBeHidden`). Only a removal that Apple took
 * ends that, or a fellow member who is in by the address.
 *
 * How a turn ended decides what becomes of the job (`finish-target.ts`): done, parked, in_line: it ends · later: it sleeps, no
 * attempt used · retry: an attempt is used, after the twelfth the member has failed · give_back: as if it had not been fetched.
 */
import type { AppleSession, CallRecord } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { isReclaimed } from '../../domain/member.ts'
import { dropWriting, isEntry, NOT_ASKED, planStep, type CallStep, type Step } from '../../domain/plan.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { LaneStore } from '../../store/index.ts'
import type { Brakes } from './brakes.ts'
import { gather } from './gather.ts'
import { endInvitation } from './book-failure.ts'
import { createBooks, forgetAddress, noteUnseen, type BooksDeps } from './keep-books.ts'
import type { Batch } from './load-batch.ts'
import type { Seats } from './seats.ts'
import { isInBy } from './surroundings.ts'
import { takeSteps, type Listener, type Taken } from './take-steps.ts'
import { type ChunkSize } from '../visit/visit.ts'
import type { Target } from './target.ts'

export interface ConvergeDeps {
  lane: Pick<LaneStore, 'markWriting'>
  leaseToken: string
  sessionFor: (note: (record: CallRecord) => void) => AppleSession
  clock: Clock
  parallel: number
  chunk: ChunkSize
  brakes: Brakes
  seats: Pick<Seats, 'mayEnter' | 'noteFull'>
  isKnownElsewhere: BooksDeps['isKnownElsewhere']
  /** Told of each target as soon as its turn has ended, so that its outcome is recorded while others are still under way. */
  finish: (target: Target) => Promise<void>
}

/** From this many unknown people on, one look-up for all is cheaper than the refused creates it saves. */
const LOOK_UP_FROM = 3
const LOOK_UP_AFTER: readonly ErrorCode[] = ['apple_refused', 'apple_request_invalid', 'call_forbidden']
/** Steps of one member in one turn; the longest path (look up, remove at app level, create, read) has room twice. */
const MAX_PASSES = 12

export async function convergeBatch(deps: ConvergeDeps, batch: Batch): Promise<void> {
  const books = createBooks({
    ...deps,
    session: deps.sessionFor(() => {}),
    testers: batch.testers,
    removals: batch.removals,
    brakes: {
      ...deps.brakes,
      async groupGone(roster) {
        await deps.brakes.groupGone(roster)
        for (const target of batch.targets) {
          if (target.roster.id === roster.id) target.ending ??= { kind: 'parked', problem: 'group_gone' }
        }
      },
    },
  })
  const finishing = gather()
  const begun = new Set<Target>()
  const finishEnded = () => {
    for (const target of batch.targets) {
      if (!target.ending || begun.has(target)) continue
      begun.add(target)
      finishing.add(deps.finish(target))
    }
  }
  try {
    await takePasses(deps, batch, books, finishEnded)
    for (const target of batch.targets) target.ending ??= { kind: 'give_back' }
    finishEnded()
  } finally {
    await finishing.ended()
  }
}

async function takePasses(deps: ConvergeDeps, batch: Batch, books: Listener, finishEnded: () => void): Promise<void> {
  for (let pass = 0; pass < MAX_PASSES && deps.brakes.goesOn(); pass++) {
    const taken = planPass(deps, batch)
    finishEnded()
    if (taken.length === 0) break
    const listener: Listener = {
      ...books,
      async created(item, row) {
        await books.created(item, row)
        // The commonest ending: settled by one answer, recorded while the other creates are still under way.
        planTarget(deps, batch, item.target, false)
        finishEnded()
      },
    }
    await takeSteps({ ...deps, listener }, taken)
    finishEnded()
  }
}

/** The next step of every target that is still on its way; at most one target per address, so no tester gets two writes at once. */
function planPass(deps: ConvergeDeps, batch: Batch): Taken[] {
  // Where several rosters want what may be the last seats of an app, the first calls are theirs who go first.
  const open = batch.targets
    .filter((target) => target.ending === null)
    .sort((a, b) => b.roster.seats.priority - a.roster.seats.priority)
  const unknown = open.filter((target) => isUnknown(batch, target)).length
  const claimed = new Set<string>()
  const taken: Taken[] = []
  for (const target of open) {
    const step = planTarget(deps, batch, target, unknown >= LOOK_UP_FROM || wasRefused(target))
    if (!step) continue
    const claim = `${target.roster.app.id}\0${emailKey(step.email)}`
    const isRead = step.do === 'look_up' || step.do === 'read_membership'
    if (!isRead && claimed.has(claim)) continue
    if (!isRead) claimed.add(claim)
    taken.push({ target, step })
  }
  return taken
}

/** A look-up, perhaps, that Apple refused: it is asked for again, and nobody is created for want of an answer. */
function wasRefused({ observed: { problem } }: Target): boolean {
  return problem !== null && LOOK_UP_AFTER.includes(problem.code)
}

function isUnknown(batch: Batch, target: Target): boolean {
  const { email } = target.desired
  if (!target.desired.present || email === null || target.observed.confirmed) return false
  if (isReclaimed(target.desired, target.observed)) return false
  return testerOf(batch, target, email).is === 'unknown'
}

function testerOf(batch: Batch, target: Target, email: string) {
  return batch.testers.get(target.roster.app.id)?.get(emailKey(email)) ?? NOT_ASKED
}

/** Plans one target; endings that need no call are set here. Returns the step when it needs one. */
function planTarget(deps: ConvergeDeps, batch: Batch, target: Target, lookUpFirst: boolean): CallStep | undefined {
  const { roster, member } = target
  for (;;) {
    const step = planStep({
      now: deps.clock.now(),
      desired: target.desired,
      observed: target.observed,
      policies: roster,
      fresh: target.fresh,
      invite: target.invite,
      lack: batch.lacks.get(roster.id) ?? null,
      lookUpFirst,
      knownTester: (email) => testerOf(batch, target, email),
      twin: (email) => batch.surroundings.twin(roster, member, emailKey(email)) ?? twinInBatch(batch, target, email),
      wantedHere: (email) => batch.surroundings.wantedHere(roster, member, emailKey(email)),
      comingHere: (email) => batch.surroundings.comingHere(roster, member, emailKey(email)),
      unseen: (email) => target.unseen.has(emailKey(email)),
      // Their own is seen through by what was written.
      leavesAppSince: (email) =>
        target.leavesApp.has(emailKey(email)) ? null : batch.removals.fromApp(roster, emailKey(email)),
      wantedElsewhere: (email) => batch.surroundings.wantedElsewhere(roster, emailKey(email)),
      seatedElsewhere: (email) =>
        batch.surroundings.isSeated(roster, emailKey(email)) || entersElsewhere(batch, target, email),
    })
    switch (step.do) {
      case 'settle':
        // As one who is in: a former address may have to leave, an invitation to go out.
        if (adoptTwin(batch, target, step)) continue
        // Nothing of ours is left to be read back: readings of the group look at this member again.
        target.observed = dropWriting(target.observed)
        target.ending = { kind: 'done', status: step.status, ...toTell(target, step) }
        return undefined
      case 'wait':
        target.ending = { kind: 'later', until: step.until, status: step.status, ...toTell(target, step) }
        return undefined
      case 'end_invitation':
        endInvitation(target, step.code)
        continue
      case 'give_up':
        target.observed = dropWriting(target.observed)
        target.ending = { kind: 'retry', error: new AppError(step.code, { message: step.detail }) }
        return undefined
      case 'forget':
        if (step.isTheirs) forgetAddress(target, step.email)
        else noteUnseen(target, step.email, deps.clock.now())
        continue
      case 'create':
      case 'add':
        // Who has a seat already, by another roster of the app, needs none.
        if (step.do === 'add' && batch.surroundings.isSeated(roster, emailKey(step.email))) return step
        if (deps.seats.mayEnter(target)) return step
        // Who is in already, by a former turn, waits for no seat.
        if (mayBeIn(target, step.email)) return { do: 'read_membership', email: step.email }
        target.ending = { kind: 'in_line' }
        return undefined
      case 'invite':
      case 'look_up':
      case 'read_membership':
      case 'remove':
      case 'remove_app':
        return step
    }
  }
}

function mayBeIn({ observed: { email, confirmed, writing }, unseen }: Target, wanted: string): boolean {
  const key = emailKey(wanted)
  return email !== null && emailKey(email) === key && !confirmed && writing === null && !unseen.has(key)
}

/** A problem of the member's own comes first; else why an invitation that was asked for was not sent. */
function toTell({ notice }: Target, { problem }: { problem: ErrorCode | null }) {
  return { problem: problem ?? notice?.problem ?? null, detail: problem === null ? notice?.detail : undefined }
}

function twinInBatch(batch: Batch, target: Target, email: string) {
  const key = emailKey(email)
  const twin = batch.targets.find(
    (other) =>
      other !== target &&
      other.roster.id === target.roster.id &&
      other.desired.present &&
      !isReclaimed(other.desired, other.observed) &&
      isInBy(other.observed, key),
  )
  return twin?.observed ?? null
}

/** Another roster's member of this batch is in by the address, or was just put in. */
function entersElsewhere(batch: Batch, { roster }: Target, email: string): boolean {
  const key = emailKey(email)
  return batch.targets.some(({ roster: other, desired, observed }) => {
    if (other.id === roster.id || other.app.id !== roster.app.id) return false
    if (!desired.present || isReclaimed(desired, observed)) return false
    const { writing } = observed
    const isEntering = writing !== null && isEntry(writing) && writing.answer !== 'refused'
    return isInBy(observed, key) || (isEntering && emailKey(writing.email) === key)
  })
}

/** Two members of one roster with one address are one tester: the second takes over what is known of the first. */
function adoptTwin(batch: Batch, target: Target, step: Extract<Step, { do: 'settle' }>): boolean {
  const { email } = target.desired
  if (!target.desired.present || email === null || target.observed.confirmed || step.status === 'revoked') return false
  if (step.status === 'reclaimed') return false
  const twin =
    batch.surroundings.twin(target.roster, target.member, emailKey(email)) ?? twinInBatch(batch, target, email)
  if (!twin) return false
  const { state, observedAt, confirmed, settledState } = twin
  target.observed = { ...target.observed, email, state, observedAt, confirmed, settledState, writing: null }
  return true
}
