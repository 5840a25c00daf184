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
 * How a turn ended decides what becomes of the job (`finish-turn.ts`): done, parked, in_line: it ends · later: it sleeps, no
 * attempt used · retry: an attempt is used, after the twelfth the member has failed · give_back: as if it had not been fetched.
 */
import { emailKey } from '../../domain/email.ts'
import type { Observed } from '../../domain/member.ts'
import { isWrite, NOT_ASKED, type CallStep, type Step } from '../../domain/step.ts'
import { dropWriting, isAbout, isEntry, isOwn } from '../../domain/former-addresses.ts'
import { planStep } from '../../domain/plan.ts'
import { AppError, isAppError, type ErrorCode } from '../../errors.ts'
import type { Brakes } from './brakes.ts'
import { endInvitation } from './note-failure.ts'
import { createListener, forgetAddress, noteUnseen, type ListenerDeps } from './note-answers.ts'
import type { Batch } from './load-batch.ts'
import type { Seats } from './seats.ts'
import { isInBy } from './surroundings.ts'
import { takeSteps, type Listener, type StepDeps, type Taken } from './take-steps.ts'
import { wantsToBeIn, type Turn } from './turn.ts'

export interface ConvergeDeps
  extends Omit<ListenerDeps, 'testers' | 'removals' | 'isGroupGone'>, Omit<StepDeps, 'listener'> {
  brakes: Brakes
  seats: Pick<Seats, 'mayEnter' | 'noteFull'>
  /** Told of each turn as soon as it has ended, so that its outcome is recorded while others are still under way. */
  finish: (turn: Turn) => Promise<void>
}

/** From this many unknown people on, one look-up for all is cheaper than the refused creates it saves. */
const LOOK_UP_FROM = 3
const LOOK_UP_AFTER: readonly ErrorCode[] = ['apple_refused', 'apple_request_invalid', 'call_forbidden']
/** Steps of one member in one turn; the longest path (look up, remove at app level, create, read) has room twice. */
const MAX_PASSES = 12

export async function convergeBatch(deps: ConvergeDeps, batch: Batch): Promise<void> {
  const { testers, removals } = batch
  const listener = createListener({ ...deps, testers, removals, isGroupGone: checkGroups(deps, batch.turns) })
  const finishing = new Map<Turn, Promise<void>>()
  // Kept until all have ended: a rejection that nobody listens to meanwhile would end the process.
  const faults: unknown[] = []
  const finishEnded = () => {
    for (const turn of batch.turns) {
      if (!turn.ending || finishing.has(turn)) continue
      const finished = deps.finish(turn).catch((error: unknown) => void faults.push(error))
      finishing.set(turn, finished)
    }
  }
  try {
    await takePasses(deps, batch, listener, finishEnded)
    for (const turn of batch.turns) turn.ending ??= { kind: 'give_back' }
    finishEnded()
  } finally {
    await Promise.all(finishing.values())
  }
  if (faults.length > 0) throw faults[0]
}

/** An unknown group is refused in as many ways as a bad tester, so it is read; one that is there, once a batch. */
function checkGroups({ sessionFor, brakes }: ConvergeDeps, turns: readonly Turn[]): ListenerDeps['isGroupGone'] {
  const there = new Set<string>()
  return async (roster) => {
    if (roster.blocked) return true
    if (there.has(roster.group.id)) return false
    try {
      await sessionFor(() => {}).getGroup(roster.group.id)
      there.add(roster.group.id)
      return false
    } catch (error) {
      if (!isAppError(error)) throw error
      if (error.code !== 'apple_not_found') return false
    }
    await brakes.groupGone(roster)
    for (const turn of turns) {
      if (turn.roster.id === roster.id) turn.ending ??= { kind: 'parked', problem: 'group_gone' }
    }
    return true
  }
}

async function takePasses(deps: ConvergeDeps, batch: Batch, notes: Listener, finishEnded: () => void): Promise<void> {
  for (let pass = 0; pass < MAX_PASSES && deps.brakes.goesOn(); pass++) {
    const taken = planPass(deps, batch)
    finishEnded()
    if (taken.length === 0) break
    const listener: Listener = {
      ...notes,
      async created(item, row) {
        await notes.created(item, row)
        // The commonest ending: settled by one answer, recorded while the other creates are still under way.
        planTurn(deps, batch, item.turn, false)
        finishEnded()
      },
    }
    await takeSteps({ ...deps, listener }, taken)
    finishEnded()
  }
}

/** The next step of every turn that is still under way; at most one per address, so no tester gets two writes at once. */
function planPass(deps: ConvergeDeps, batch: Batch): Taken[] {
  // Where several rosters want what may be the last seats of an app, the first calls are theirs who go first.
  const open = batch.turns
    .filter((turn) => turn.ending === null)
    .sort((a, b) => b.roster.seats.priority - a.roster.seats.priority)
  const unknown = open.filter((turn) => isUnknown(batch, turn)).length
  const claimed = new Set<string>()
  const taken: Taken[] = []
  for (const turn of open) {
    const step = planTurn(deps, batch, turn, unknown >= LOOK_UP_FROM || wasRefused(turn))
    if (!step) continue
    const claim = `${turn.roster.app.id}\0${emailKey(step.email)}`
    if (isWrite(step) && claimed.has(claim)) continue
    if (isWrite(step)) claimed.add(claim)
    taken.push({ turn, step })
  }
  return taken
}

/** A look-up, perhaps, that Apple refused: it is asked for again, and nobody is created for want of an answer. */
function wasRefused({ observed: { problem } }: Turn): boolean {
  return problem !== null && LOOK_UP_AFTER.includes(problem.code)
}

function isUnknown(batch: Batch, turn: Turn): boolean {
  const { email } = turn.desired
  if (!wantsToBeIn(turn) || email === null || turn.observed.confirmed) return false
  return testerOf(batch, turn, email).is === 'unknown'
}

function testerOf(batch: Batch, turn: Turn, email: string) {
  return batch.testers.get(turn.roster.app.id)?.get(emailKey(email)) ?? NOT_ASKED
}

/** Plans one turn; endings that need no call are set here. Returns the step when it needs one. */
function planTurn(deps: ConvergeDeps, batch: Batch, turn: Turn, lookUpFirst: boolean): CallStep | undefined {
  const { roster, member } = turn
  for (;;) {
    const step = planStep({
      now: deps.clock.now(),
      desired: turn.desired,
      observed: turn.observed,
      policies: roster,
      fresh: turn.fresh,
      invite: turn.invite,
      lack: batch.lacks.get(roster.id) ?? null,
      lookUpFirst,
      knownTester: (email) => testerOf(batch, turn, email),
      twin: (email) => twinOf(batch, turn, email),
      wantedHere: (email) => batch.surroundings.wantedHere(roster, member, emailKey(email)),
      comingHere: (email) => batch.surroundings.comingHere(roster, member, emailKey(email)),
      unseen: (email) => turn.unseen.has(emailKey(email)),
      // Their own is seen through by what was written.
      leavesAppSince: (email) =>
        turn.leavesApp.has(emailKey(email)) ? null : batch.removals.fromApp(roster, emailKey(email)),
      wantedElsewhere: (email) => batch.surroundings.wantedElsewhere(roster, emailKey(email)),
      seatedElsewhere: (email) =>
        batch.surroundings.isSeated(roster, emailKey(email)) || entersElsewhere(batch, turn, email),
    })
    switch (step.do) {
      case 'settle':
        // As one who is in: a former address may have to leave, an invitation to go out.
        if (adoptTwin(batch, turn, step)) continue
        // Nothing of ours is left to be read back: readings of the group look at this member again.
        turn.observed = dropWriting(turn.observed)
        turn.ending = { kind: 'done', status: step.status, ...toTell(turn, step) }
        return undefined
      case 'wait':
        turn.ending = { kind: 'later', until: step.until, status: step.status, ...toTell(turn, step) }
        return undefined
      case 'end_invitation':
        endInvitation(turn, step.code)
        continue
      case 'give_up':
        turn.observed = dropWriting(turn.observed)
        turn.ending = { kind: 'retry', error: new AppError(step.code, { message: step.detail }) }
        return undefined
      case 'forget':
        if (step.isTheirs) forgetAddress(turn, step.email)
        else noteUnseen(turn, step.email, deps.clock.now())
        continue
      case 'create':
      case 'add':
        // Who has a seat already, by another roster of the app, needs none.
        if (step.do === 'add' && batch.surroundings.isSeated(roster, emailKey(step.email))) return step
        if (deps.seats.mayEnter(turn)) return step
        // Who is in already, by a former turn, waits for no seat.
        if (mayBeIn(turn, step.email)) return { do: 'read_membership', email: step.email }
        turn.ending = { kind: 'in_line' }
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

function mayBeIn({ observed, unseen }: Turn, wanted: string): boolean {
  return isOwn(observed, wanted) && !observed.confirmed && observed.writing === null && !unseen.has(emailKey(wanted))
}

/** A problem of the member's own comes first; else why an invitation that was asked for was not sent. */
function toTell({ notice }: Turn, { problem }: { problem: ErrorCode | null }) {
  return { problem: problem ?? notice?.problem ?? null, detail: problem === null ? notice?.detail : undefined }
}

/** What a present fellow member with this address is known to be in the group. */
function twinOf(batch: Batch, turn: Turn, email: string): Observed | null {
  const key = emailKey(email)
  const kept = batch.surroundings.twin(turn.roster, turn.member, key)
  if (kept) return kept
  const isTwin = (other: Turn) => other !== turn && other.roster.id === turn.roster.id && wantsToBeIn(other)
  return batch.turns.find((other) => isTwin(other) && isInBy(other.observed, key))?.observed ?? null
}

/** Another roster's member of this batch is in by the address, or was just put in. */
function entersElsewhere(batch: Batch, { roster }: Turn, email: string): boolean {
  const key = emailKey(email)
  return batch.turns.some((other) => {
    if (other.roster.id === roster.id || other.roster.app.id !== roster.app.id || !wantsToBeIn(other)) return false
    const { observed } = other
    const { writing } = observed
    const isEntering = writing !== null && isEntry(writing) && writing.answer !== 'refused'
    return isInBy(observed, key) || (isEntering && isAbout(writing, email))
  })
}

/** Two members of one roster with one address are one tester: the second takes over what is known of the first. */
function adoptTwin(batch: Batch, turn: Turn, step: Extract<Step, { do: 'settle' }>): boolean {
  const { email } = turn.desired
  if (!turn.desired.present || email === null || turn.observed.confirmed || step.status === 'revoked') return false
  if (step.status === 'reclaimed') return false
  const twin = twinOf(batch, turn, email)
  if (!twin) return false
  const { state, observedAt, confirmed, settledState } = twin
  turn.observed = { ...turn.observed, email, state, observedAt, confirmed, settledState, writing: null }
  return true
}
