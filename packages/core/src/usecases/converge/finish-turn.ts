import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { toMemberFact } from '../../domain/fact.ts'
import type { MemberStatus, Observed } from '../../domain/member.ts'
import type { RunEntry } from '../../domain/timeline.ts'
import { AppError, ERROR_RULES, type ErrorCode } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LaneStore, Outcome } from '../../store/index.ts'
import type { Seats } from './seats.ts'
import type { Ending, Turn } from './turn.ts'
import { traceEnding } from './trace-turns.ts'

/** When a member whose roster is gone is looked at again. */
const GONE_MS = 1_000

export interface FinishDeps {
  lane: Pick<LaneStore, 'recordOutcome' | 'endRemovals'>
  leaseToken: string
  clock: Clock
  log: Log
  seats: Pick<Seats, 'wait' | 'settle'>
  /** The lease was lost: the job is left to the worker that has it now. */
  leaseLost: () => void
}

/** ⑧ Records how a member's turn ended, then ends its job. In this order: a death in between repeats a turn, never loses one. */
export async function finishTurn(deps: FinishDeps, turn: Turn): Promise<void> {
  const ending = turn.ending ?? { kind: 'give_back' }
  if (ending.kind === 'give_back' && turn.calls.length === 0) {
    await traceEnding(turn, ending, null)
    await turn.job.giveBack()
    return
  }
  // Before the outcome: a death in between costs a second try, never a place in the line.
  if (ending.kind === 'in_line') await deps.seats.wait(turn)
  const meaning = meaningOf(turn, ending)
  const outcome = toOutcome(turn, ending, meaning, deps.clock.now())
  const recorded = await deps.lane.recordOutcome(deps.leaseToken, outcome)
  logAttempt(deps.log, turn, ending, outcome, recorded)
  if (recorded === 'lost') {
    deps.leaseLost()
    return
  }
  await traceEnding(turn, ending, outcome)
  if (recorded === 'gone') {
    // Deleted, and perhaps made again: looked at anew, from what is there now. Not at once: while its deletion goes on, nothing is recorded.
    await turn.job.later(deps.clock.now() + GONE_MS)
    return
  }
  await endRemovals(deps.lane, turn)
  if (ending.kind !== 'in_line' && ending.kind !== 'give_back') {
    await deps.seats.settle(turn, outcome.ending === 'failed' ? 'failed' : ending.kind === 'done' ? 'done' : 'later')
  }
  await meaning.endJob()
}

/** Others who want such an address in wait for the end of its removal from the app. */
async function endRemovals(
  lane: FinishDeps['lane'],
  { roster, observed: { writing }, leavesApp }: Turn,
): Promise<void> {
  const isUnderWay = (key: string) => writing?.kind === 'remove_app' && emailKey(writing.email) === key
  const over = [...leavesApp].filter((key) => !isUnderWay(key))
  if (over.length > 0) await lane.endRemovals(roster.app.id, over)
}

/** What an ending comes to, in the member's record and for its job. */
interface Meaning {
  status: MemberStatus
  problem: ErrorCode | null
  detail?: string | undefined
  stored: Outcome['ending']
  endJob: () => Promise<void>
}

function meaningOf({ job }: Turn, ending: Ending): Meaning {
  switch (ending.kind) {
    case 'done':
      // Also when a newer state was recorded meanwhile: its own entry in the outbox makes the next job.
      return { ...ending, stored: 'done', endJob: () => job.complete() }
    case 'later':
      return { ...ending, stored: 'later', endJob: () => job.later(ending.until) }
    case 'in_line':
      return { status: 'waiting', problem: 'seats_full', stored: 'done', endJob: () => job.complete() }
    case 'retry': {
      const { error } = ending
      const endJob = () => job.retry(error)
      if (!job.isLastAttempt)
        return {
          status: ending.status ?? 'pending',
          problem: error.code,
          detail: error.message,
          stored: 'later',
          endJob,
        }
      const detail = `${ERROR_RULES.retries_exhausted.title} Last: ${error.message}`
      return { status: 'failed', problem: 'retries_exhausted', detail, stored: 'failed', endJob }
    }
    case 'poisoned':
      return {
        status: 'failed',
        problem: 'job_parked',
        stored: 'failed',
        endJob: () => job.fail(new AppError('job_parked')),
      }
    case 'parked': {
      const stored = job.isBulk ? 'parked-bulk' : 'parked'
      return { status: 'pending', problem: ending.problem, stored, endJob: () => job.complete() }
    }
    case 'give_back':
      return { status: 'pending', problem: null, stored: 'later', endJob: () => job.giveBack() }
  }
}

function toOutcome(turn: Turn, ending: Ending, meaning: Meaning, now: number): Outcome {
  const { status, problem, detail, stored } = meaning
  // Nothing goes on by itself: what was asked for by hand is met, as it is by a turn that found no need for it.
  const isOver = ending.kind === 'done' || ending.kind === 'poisoned'
  const { asked, fresh, invite } = turn
  const trouble = problem && { code: problem, detail: detail ?? ERROR_RULES[problem].title, at: now }
  const told = toMemberFact(
    { roster: turn.roster.id, member: turn.member },
    status,
    trouble && { code: trouble.code, detail: trouble.detail },
    turn.observed.told ?? null,
    now,
  )
  const observed: Observed = {
    ...turn.observed,
    converged: isOver ? turn.desired.version : turn.observed.converged,
    problem: trouble,
    told: told?.told ?? turn.observed.told ?? null,
  }
  return {
    roster: turn.roster,
    member: turn.member,
    ref: turn.job.ref,
    met: { fresh: isOver || !fresh ? asked.fresh : 0, invite: isOver || !invite ? asked.invite : 0 },
    version: turn.desired.version,
    observed,
    status,
    entry: toEntry(turn, meaning, now),
    callMs: turn.callMs,
    fact: told?.fact ?? null,
    ending: stored,
    testerIds: turn.learnt,
  }
}

/** No line where nothing was done and nothing changed: a member that only waits for its next read has had its line. */
function toEntry(turn: Turn, { status, problem, detail }: Meaning, now: number): RunEntry | null {
  if (turn.calls.length === 0 && turn.ending?.kind === 'later') return null
  // Waits on: the first in line of a full app is tried all the time, and the same line over and over would push out all others.
  if (turn.ending?.kind === 'in_line' && turn.observed.problem?.code === 'seats_full') return null
  return {
    t: now,
    k: 'run',
    c: turn.calls,
    s: status,
    ...(problem ? { p: problem } : {}),
    ...(detail ? { d: detail } : {}),
  }
}

function logAttempt(log: Log, turn: Turn, ending: Ending, outcome: Outcome, recorded: string): void {
  log.info(
    {
      event: 'tester.converged',
      roster: turn.roster.id,
      ref: turn.job.ref,
      version: outcome.version,
      ending: ending.kind,
      status: outcome.status,
      problem: ending.kind === 'retry' ? ending.error.code : outcome.observed.problem?.code,
      calls: turn.calls,
      attempt: turn.job.attemptsMade + 1,
      recorded,
    },
    'tester.converged',
  )
}
