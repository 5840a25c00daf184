import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { toMemberFact } from '../../domain/fact.ts'
import type { MemberProblem, MemberStatus, Observed } from '../../domain/member.ts'
import type { RunEntry } from '../../domain/timeline.ts'
import { AppError, ERROR_RULES, type ErrorCode } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { LaneStore, Outcome } from '../../store/index.ts'
import type { Seats } from './seats.ts'
import type { Ending, Target } from './target.ts'
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
export async function finishTarget(deps: FinishDeps, target: Target): Promise<void> {
  const ending = target.ending ?? { kind: 'give_back' }
  if (ending.kind === 'obsolete') {
    await traceEnding(target, ending, null)
    await target.job.complete()
    return
  }
  if (ending.kind === 'give_back' && target.calls.length === 0) {
    await traceEnding(target, ending, null)
    await target.job.giveBack()
    return
  }
  // Before the outcome: a death in between costs a second try, never a place in the line.
  if (ending.kind === 'in_line') await deps.seats.wait(target)
  const outcome = toOutcome(deps, target, ending)
  const recorded = await deps.lane.recordOutcome(deps.leaseToken, outcome)
  logAttempt(deps.log, target, ending, recorded)
  if (recorded === 'lost') {
    deps.leaseLost()
    return
  }
  await traceEnding(target, ending, outcome)
  if (recorded === 'gone') {
    // Deleted, and perhaps made again: looked at anew, from what is there now.
    await target.job.giveBack()
    return
  }
  await endRemovals(deps.lane, target)
  if (ending.kind !== 'in_line' && ending.kind !== 'give_back') {
    await deps.seats.settle(target, outcome.ending === 'failed' ? 'failed' : ending.kind === 'done' ? 'done' : 'later')
  }
  await endJob(target, ending)
}

/** Others who want such an address in wait for the end of its removal from the app. */
async function endRemovals(lane: LaneStore, { roster, observed: { writing }, leavesApp }: Target): Promise<void> {
  const isUnderWay = (key: string) => writing?.kind === 'remove_app' && emailKey(writing.email) === key
  const over = [...leavesApp].filter((key) => !isUnderWay(key))
  if (over.length > 0) await lane.endRemovals(roster.app.id, over)
}

async function endJob({ job }: Target, ending: Ending): Promise<void> {
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

function toOutcome(deps: FinishDeps, target: Target, ending: Ending): Outcome {
  const now = deps.clock.now()
  const { status, problem, detail } = describe(target, ending)
  const settled = ending.kind === 'done'
  const trouble = problem === null ? null : toProblem(problem, detail, now)
  const told = toMemberFact(
    { roster: target.roster.id, member: target.member },
    status,
    trouble && { code: trouble.code, detail: trouble.detail },
    target.observed.told ?? null,
    now,
  )
  const observed: Observed = {
    ...target.observed,
    converged: settled ? target.desired.version : target.observed.converged,
    problem: trouble,
    told: told?.told ?? target.observed.told ?? null,
  }
  return {
    roster: target.roster,
    member: target.member,
    ref: target.job.ref,
    met: toMet(target, ending),
    version: target.desired.version,
    observed,
    status,
    entry: toEntry(target, status, problem, detail, now),
    callMs: target.callMs,
    fact: told?.fact ?? null,
    ending: toStoredEnding(target, ending),
    testerIds: target.learnt,
  }
}

function toStoredEnding(target: Target, ending: Ending): Outcome['ending'] {
  switch (ending.kind) {
    case 'done':
    case 'in_line':
    case 'obsolete':
      return 'done'
    case 'parked':
      return target.job.isBulk ? 'parked-bulk' : 'parked'
    case 'retry':
      return target.job.isLastAttempt ? 'failed' : 'later'
    case 'later':
    case 'give_back':
      return 'later'
  }
}

/** What was asked for by hand counts as met once it was done, or once the turn came to an end without a need for it. */
function toMet({ asked, fresh, invite }: Target, ending: Ending): Outcome['met'] {
  const isOver = ending.kind === 'done'
  return { fresh: isOver || !fresh ? asked.fresh : 0, invite: isOver || !invite ? asked.invite : 0 }
}

interface Description {
  status: MemberStatus
  problem: ErrorCode | null
  detail: string | undefined
}

function describe(target: Target, ending: Ending): Description {
  switch (ending.kind) {
    case 'done':
      return { status: ending.status, problem: ending.problem, detail: ending.detail }
    case 'later':
      return { status: ending.status, problem: ending.problem, detail: ending.detail }
    case 'in_line':
      return { status: 'waiting', problem: 'seats_full', detail: undefined }
    case 'retry': {
      const { error, ...rest } = { error: ending.error, ...target.job }
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
  target: Target,
  status: MemberStatus,
  problem: ErrorCode | null,
  detail: string | undefined,
  now: number,
): RunEntry | null {
  if (target.calls.length === 0 && target.ending?.kind === 'later') return null
  // Waits on: the first in line of a full app is tried all the time, and the same line over and over would push out all others.
  if (target.ending?.kind === 'in_line' && target.observed.problem?.code === 'seats_full') return null
  return {
    t: now,
    k: 'run',
    c: target.calls,
    s: status,
    ...(problem ? { p: problem } : {}),
    ...(detail ? { d: detail } : {}),
  }
}

function logAttempt(log: Log, target: Target, ending: Ending, recorded: string): void {
  const error = ending.kind === 'retry' ? ending.error : undefined
  log.info(
    {
      event: 'tester.converged',
      roster: target.roster.id,
      ref: target.job.ref,
      version: target.desired.version,
      ending: ending.kind,
      status: 'status' in ending ? ending.status : undefined,
      problem: error?.code ?? ('problem' in ending ? (ending.problem ?? undefined) : undefined),
      calls: target.calls,
      attempt: target.job.attemptsMade + 1,
      recorded,
    },
    'tester.converged',
  )
}

/** A job that ended its worker too often is not started again: the desired state is kept, a person looks. */
export async function parkPoisoned(deps: FinishDeps, target: Target): Promise<void> {
  const error = new AppError('job_parked')
  target.ending = { kind: 'done', status: 'failed', problem: 'job_parked' }
  const outcome = { ...toOutcome(deps, target, target.ending), ending: 'failed' as const }
  const recorded = await deps.lane.recordOutcome(deps.leaseToken, outcome)
  logAttempt(deps.log, target, target.ending, recorded)
  if (recorded === 'lost') {
    deps.leaseLost()
    return
  }
  await traceEnding(target, target.ending, outcome)
  if (recorded === 'gone') {
    await target.job.giveBack()
    return
  }
  await deps.seats.settle(target, 'failed')
  await target.job.fail(error)
}
