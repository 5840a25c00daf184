import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { toMemberFact } from '../../domain/fact.ts'
import type { MemberProblem, MemberStatus, Observed } from '../../domain/member.ts'
import type { RunEntry } from '../../domain/timeline.ts'
import { AppError, ERROR_RULES, type ErrorCode } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LaneStore, Outcome } from '../../store/index.ts'
import type { Seats } from './seats.ts'
import type { Ending, Turn } from './turn.ts'
import { traceEnding } from './trace-turns.ts'

export interface FinishDeps {
  lane: LaneStore
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
  if (ending.kind === 'obsolete') {
    await traceEnding(turn, ending, null)
    await turn.job.complete()
    return
  }
  if (ending.kind === 'give_back' && turn.calls.length === 0) {
    await traceEnding(turn, ending, null)
    await turn.job.giveBack()
    return
  }
  // Before the outcome: a death in between costs a second try, never a place in the line.
  if (ending.kind === 'in_line') await deps.seats.wait(turn)
  const outcome = toOutcome(deps, turn, ending)
  const recorded = await deps.lane.recordOutcome(deps.leaseToken, outcome)
  logAttempt(deps.log, turn, ending, recorded)
  if (recorded === 'lost') {
    deps.leaseLost()
    return
  }
  await traceEnding(turn, ending, outcome)
  if (recorded === 'gone') {
    // Deleted, and perhaps made again: looked at anew, from what is there now.
    await turn.job.giveBack()
    return
  }
  await endRemovals(deps.lane, turn)
  if (ending.kind !== 'in_line' && ending.kind !== 'give_back') {
    await deps.seats.settle(turn, outcome.ending === 'failed' ? 'failed' : ending.kind === 'done' ? 'done' : 'later')
  }
  await endJob(turn, ending)
}

/** Others who want such an address in wait for the end of its removal from the app. */
async function endRemovals(lane: LaneStore, { roster, observed: { writing }, leavesApp }: Turn): Promise<void> {
  const isUnderWay = (key: string) => writing?.kind === 'remove_app' && emailKey(writing.email) === key
  const over = [...leavesApp].filter((key) => !isUnderWay(key))
  if (over.length > 0) await lane.endRemovals(roster.app.id, over)
}

async function endJob({ job }: Turn, ending: Ending): Promise<void> {
  switch (ending.kind) {
    case 'done':
    case 'parked':
    case 'in_line':
    case 'obsolete':
      // Also when a newer state was recorded meanwhile: its own entry in the outbox makes the next job.
      return job.complete()
    case 'later':
      return job.later(ending.until)
    case 'retry':
      return job.retry(ending.error)
    case 'give_back':
      return job.giveBack()
  }
}

function toOutcome(deps: FinishDeps, turn: Turn, ending: Ending): Outcome {
  const now = deps.clock.now()
  const { status, problem, detail } = describe(turn, ending)
  const settled = ending.kind === 'done'
  const trouble = problem === null ? null : toProblem(problem, detail, now)
  const told = toMemberFact(
    { roster: turn.roster.id, member: turn.member },
    status,
    trouble && { code: trouble.code, detail: trouble.detail },
    turn.observed.told ?? null,
    now,
  )
  const observed: Observed = {
    ...turn.observed,
    converged: settled ? turn.desired.version : turn.observed.converged,
    problem: trouble,
    told: told?.told ?? turn.observed.told ?? null,
  }
  return {
    roster: turn.roster,
    member: turn.member,
    ref: turn.job.ref,
    met: toMet(turn, ending),
    version: turn.desired.version,
    observed,
    status,
    entry: toEntry(turn, status, problem, detail, now),
    callMs: turn.callMs,
    fact: told?.fact ?? null,
    ending: toStoredEnding(turn, ending),
    testerIds: turn.learnt,
  }
}

function toStoredEnding(turn: Turn, ending: Ending): Outcome['ending'] {
  switch (ending.kind) {
    case 'done':
    case 'in_line':
    case 'obsolete':
      return 'done'
    case 'parked':
      return turn.job.isBulk ? 'parked-bulk' : 'parked'
    case 'retry':
      return turn.job.isLastAttempt ? 'failed' : 'later'
    case 'later':
    case 'give_back':
      return 'later'
  }
}

/** What was asked for by hand counts as met once it was done, or once the turn came to an end without a need for it. */
function toMet({ asked, fresh, invite }: Turn, ending: Ending): Outcome['met'] {
  const isOver = ending.kind === 'done'
  return { fresh: isOver || !fresh ? asked.fresh : 0, invite: isOver || !invite ? asked.invite : 0 }
}

interface Description {
  status: MemberStatus
  problem: ErrorCode | null
  detail: string | undefined
}

function describe(turn: Turn, ending: Ending): Description {
  switch (ending.kind) {
    case 'done':
      return { status: ending.status, problem: ending.problem, detail: ending.detail }
    case 'later':
      return { status: ending.status, problem: ending.problem, detail: ending.detail }
    case 'in_line':
      return { status: 'waiting', problem: 'seats_full', detail: undefined }
    case 'retry': {
      const { error, ...rest } = { error: ending.error, ...turn.job }
      if (!rest.isLastAttempt) return { status: ending.status ?? 'pending', problem: error.code, detail: error.message }
      return {
        status: 'failed',
        problem: 'retries_exhausted',
        detail: `${ERROR_RULES.retries_exhausted.title} Last: ${error.message}`,
      }
    }
    case 'parked':
      return { status: 'pending', problem: ending.problem, detail: undefined }
    case 'give_back':
    case 'obsolete':
      return { status: 'pending', problem: null, detail: undefined }
  }
}

function toProblem(code: ErrorCode, detail: string | undefined, at: number): MemberProblem {
  return { code, detail: detail ?? ERROR_RULES[code].title, at }
}

/** No line where nothing was done and nothing changed: a member that only waits for its next read has had its line. */
function toEntry(
  turn: Turn,
  status: MemberStatus,
  problem: ErrorCode | null,
  detail: string | undefined,
  now: number,
): RunEntry | null {
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

function logAttempt(log: Log, turn: Turn, ending: Ending, recorded: string): void {
  const error = ending.kind === 'retry' ? ending.error : undefined
  log.info(
    {
      event: 'tester.converged',
      roster: turn.roster.id,
      ref: turn.job.ref,
      version: turn.desired.version,
      ending: ending.kind,
      status: 'status' in ending ? ending.status : undefined,
      problem: error?.code ?? ('problem' in ending ? (ending.problem ?? undefined) : undefined),
      calls: turn.calls,
      attempt: turn.job.attemptsMade + 1,
      recorded,
    },
    'tester.converged',
  )
}

/** A job whose worker died too often is not started again: the desired state is kept, a person looks. */
export async function parkPoisoned(deps: FinishDeps, turn: Turn): Promise<void> {
  const error = new AppError('job_parked')
  turn.ending = { kind: 'done', status: 'failed', problem: 'job_parked' }
  const outcome = { ...toOutcome(deps, turn, turn.ending), ending: 'failed' as const }
  const recorded = await deps.lane.recordOutcome(deps.leaseToken, outcome)
  logAttempt(deps.log, turn, turn.ending, recorded)
  if (recorded === 'lost') {
    deps.leaseLost()
    return
  }
  await traceEnding(turn, turn.ending, outcome)
  if (recorded === 'gone') {
    await turn.job.giveBack()
    return
  }
  await deps.seats.settle(turn, 'failed')
  await turn.job.fail(error)
}
