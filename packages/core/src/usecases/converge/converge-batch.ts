import type { AppleSession, CallRecord } from '../../apple/index.ts'
import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { planStep, type Step } from '../../domain/plan.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LaneStore } from '../../store/index.ts'
import { gather } from './gather.ts'
import { createBooks, forgetAddress } from './keep-books.ts'
import type { Batch } from './load-batch.ts'
import type { Seats } from './seats.ts'
import { takeSteps, type ChunkSize, type Listener, type Taken } from './take-steps.ts'
import type { Target } from './target.ts'

export interface ConvergeDeps {
  lane: LaneStore
  leaseToken: string
  sessionFor: (note: (record: CallRecord) => void) => AppleSession
  clock: Clock
  log: Log
  parallel: number
  chunk: ChunkSize
  /** False once the visit has to end: what was not begun is given back. */
  goesOn: () => boolean
  stop: (error: AppError) => void
  noteTrouble: (error: AppError, merged: number) => void
  seats: Seats
  /** An answer that may speak of the key: whether the call may go out again. */
  doubt: (error: AppError) => Promise<'chance' | 'stopped'>
  /** Settles once no judgement is under way. */
  judged: () => Promise<void>
  groupGone: (roster: Roster, error: AppError) => Promise<void>
  /** Told of each target as soon as its turn has ended, so that its outcome is recorded while others are still under way. */
  finish: (target: Target) => Promise<void>
}

/** From this many unknown people on, one look-up for all is cheaper than the refused creates it saves. */
const LOOK_UP_FROM = 3
/** Steps of one member in one turn; the longest path (look up, remove at app level, create, read) has room twice. */
const MAX_PASSES = 12

/**
 * ⑥ Brings a batch of members from observed to desired: plan each (pure), take all first steps in merged calls, plan again,
 * until every member has settled, waits for a later read, or the lane has to stop.
 */
export async function convergeBatch(deps: ConvergeDeps, batch: Batch): Promise<void> {
  const books = createBooks({
    lane: deps.lane,
    leaseToken: deps.leaseToken,
    clock: deps.clock,
    session: deps.sessionFor(() => {}),
    testers: batch.testers,
    stop: deps.stop,
    noteTrouble: deps.noteTrouble,
    seats: deps.seats,
    groupGone: async (roster, error) => {
      await deps.groupGone(roster, error)
      for (const target of batch.targets) {
        if (target.roster.id === roster.id) target.ending ??= { kind: 'parked', problem: 'group_gone' }
      }
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
  for (let pass = 0; pass < MAX_PASSES && deps.goesOn(); pass++) {
    const taken = planPass(deps, batch)
    finishEnded()
    if (taken.length === 0) break
    await takeSteps(
      {
        sessionFor: deps.sessionFor,
        goesOn: deps.goesOn,
        doubt: deps.doubt,
        judged: deps.judged,
        parallel: deps.parallel,
        chunk: deps.chunk,
        listener: {
          ...books,
          async created(item, row) {
            await books.created(item, row)
            // The commonest ending: settled by one answer, recorded while the other creates are still under way.
            planTarget(deps, batch, item.target, false)
            finishEnded()
          },
        },
      },
      taken,
    )
    finishEnded()
  }
}

/** The next step of every target that is still on its way; at most one target per address, so no tester gets two writes at once. */
function planPass(deps: ConvergeDeps, batch: Batch): Taken[] {
  const open = batch.targets.filter((target) => target.ending === null)
  const unknown = open.filter((target) => isUnknown(batch, target)).length
  const claimed = new Set<string>()
  const taken: Taken[] = []
  for (const target of open) {
    const step = planTarget(deps, batch, target, unknown >= LOOK_UP_FROM)
    if (!step || step.do === 'settle' || step.do === 'wait' || step.do === 'forget' || step.do === 'give_up') continue
    const claim = `${target.roster.app.id}\0${emailKey(step.email)}`
    const isRead = step.do === 'look_up' || step.do === 'read_membership'
    if (!isRead && claimed.has(claim)) continue
    if (!isRead) claimed.add(claim)
    taken.push({ target, step })
  }
  return taken
}

function isUnknown(batch: Batch, target: Target): boolean {
  const { email } = target.desired
  if (!target.desired.present || email === null || target.observed.confirmed) return false
  return batch.testers.get(target.roster.app.id)?.get(emailKey(email)) === undefined
}

/** Plans one target; endings that need no call are set here. Returns the step when it needs one. */
function planTarget(deps: ConvergeDeps, batch: Batch, target: Target, lookUpFirst: boolean): Step | undefined {
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
      knownTester: (email) => batch.testers.get(roster.app.id)?.get(emailKey(email)),
      twin: (email) => batch.surroundings.twin(roster, member, emailKey(email)) ?? twinInBatch(batch, target, email),
      wantedHere: (email) => batch.surroundings.wantedHere(roster, member, emailKey(email)),
      leavesAppSince: (email) => batch.surroundings.leavesAppSince(roster, member, emailKey(email)),
      wantedElsewhere: (email) => batch.surroundings.wantedElsewhere(roster, emailKey(email)),
    })
    switch (step.do) {
      case 'settle':
        adoptTwin(batch, target, step)
        target.ending = { kind: 'done', status: step.status, problem: step.problem }
        return undefined
      case 'wait':
        target.ending = { kind: 'later', until: step.until, status: step.status, problem: step.problem }
        return undefined
      case 'give_up':
        target.observed = { ...target.observed, writing: null }
        target.ending = { kind: 'retry', error: new AppError(step.code, { message: step.detail }) }
        return undefined
      case 'forget':
        forgetAddress(target, step.email)
        continue
      case 'create':
        if (deps.seats.mayEnter(target)) return step
        target.ending = { kind: 'in_line' }
        return undefined
      case 'add':
      case 'invite':
      case 'look_up':
      case 'read_membership':
      case 'remove':
      case 'remove_app':
        return step
    }
  }
}

function twinInBatch(batch: Batch, target: Target, email: string) {
  const key = emailKey(email)
  const twin = batch.targets.find(
    (other) =>
      other !== target &&
      other.roster.id === target.roster.id &&
      other.desired.present &&
      other.observed.confirmed &&
      other.observed.email !== null &&
      emailKey(other.observed.email) === key,
  )
  return twin?.observed ?? null
}

/** Two members of one roster with one address are one tester: the second takes over what is known of the first. */
function adoptTwin(batch: Batch, target: Target, step: Extract<Step, { do: 'settle' }>): void {
  const { email } = target.desired
  if (!target.desired.present || email === null || target.observed.confirmed || step.status === 'revoked') return
  const twin =
    batch.surroundings.twin(target.roster, target.member, emailKey(email)) ?? twinInBatch(batch, target, email)
  if (!twin) return
  const { state, observedAt, confirmed, settledState } = twin
  target.observed = { ...target.observed, email, state, observedAt, confirmed, settledState, writing: null }
}
