import { isAppError, type AppError } from '../../errors.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import { watchBuilds, watchBuildsAgain } from '../builds/watch-builds.ts'
import { keepLaw } from './keep-law.ts'
import { unparkResumed } from '../rosters/pause-roster.ts'
import { judgeDoubt } from '../visit/judge-key.ts'
import { stopLane } from '../visit/stop-lane.ts'
import type { Visit } from '../visit/visit.ts'
import { readUsage } from '../reclaim/read-usage.ts'
import { eraseMembers } from '../people/erase-members.ts'
import { checkBlockedRoster } from '../rosters/check-blocked.ts'
import { emptyRoster } from '../rosters/empty-roster.ts'
import { driveIdle } from '../reclaim/drive-idle.ts'
import { runApproved } from './run-approved.ts'
import { runReconcile } from '../reconcile/run-reconcile.ts'
import { trySeats } from '../seats/try-seats.ts'

/** Carries a task on, given what stands behind its colon; when it is next due (ms), or null once it is through. */
type Task = (visit: Visit, id: string) => Promise<number | null>

/** What may wait in a lane's schedule. */
const TASKS: Readonly<Record<string, Task | undefined>> = {
  builds: watchBuilds,
  'builds-again': watchBuildsAgain,
  reconcile: (visit, id) => readGroupOf(visit, id, null),
  requested: ofRunning((visit, record) => readGroupOf(visit, record.roster, record)),
  approved: ofRunning(runApproved),
  erase: eraseMembers,
  delete: emptyRoster,
  blocked: checkBlockedRoster,
  seats: trySeats,
  idle: driveIdle,
  law: keepLaw,
  usage: readUsage,
  resume: unparkResumed,
}

const RETRY_MS = 60_000
const CHANCE_MS = 1_000

/** Carries out one task of the lane's schedule that is due, after the events of this visit. */
export async function runDue(visit: Visit): Promise<void> {
  const { store, clock, log } = visit.deps
  const schedule = store.lane(visit.teamKey).schedule
  const first = await schedule.first()
  if (!first || first.at > clock.now()) return
  const { task } = first
  visit.counts = null
  const at = task.indexOf(':')
  const [kind, id] = [task.slice(0, at), task.slice(at + 1)]
  // A long reading has the time of a whole visit: the events before it had theirs.
  visit.begunAt = clock.monotonic()
  // Put off first: a task that ends its worker, or fails, must not be first in line for ever.
  const putOffTo = clock.now() + RETRY_MS
  await schedule.replan(task, putOffTo)
  try {
    visit.bulkOnly = true
    const run = TASKS[kind]
    await schedule.settle(task, putOffTo, run ? await run(visit, id) : null)
    visit.did++
  } catch (error) {
    if (!isAppError(error)) throw error
    log.warn({ event: 'schedule.failed', teamKey: visit.teamKey, kind, code: error.code }, 'schedule.failed')
    await noteFailure(visit, { task, putOffTo }, error)
  }
}

/** What concerns the whole lane stops it here too; a token that was rejected by chance costs a second. */
async function noteFailure(visit: Visit, task: { task: string; putOffTo: number }, error: AppError): Promise<void> {
  const { store, clock } = visit.deps
  const again = (at: number) => store.lane(visit.teamKey).schedule.settle(task.task, task.putOffTo, Math.round(at))
  if (isAppError(error, 'apple_rate_limited')) stopLane(visit, error)
  if (isAppError(error, 'budget_exhausted')) await again(clock.now() + Math.max(1_000, error.retryAfterMs ?? 0))
  if (isAppError(error, 'lease_lost')) await again(clock.now() + CHANCE_MS)
  if (!isAppError(error, 'key_rejected', 'key_forbidden', 'agreement_required')) return
  const works = (await judgeDoubt(visit, error)) === 'works'
  // A token that was rejected by chance; a 403 is none.
  if (works && error.code === 'key_rejected') await again(clock.now() + CHANCE_MS)
}

/** A reconciliation that is over is not begun again. */
function ofRunning(run: (visit: Visit, record: Reconciliation) => Promise<number | null>): Task {
  return async (visit, id) => {
    const record = await visit.deps.store.lane(visit.teamKey).reconciliations.find(id)
    return record?.status === 'running' ? run(visit, record) : null
  }
}

/** Of a roster that is still in this lane; it waits for one that is stopped. */
async function readGroupOf(visit: Visit, id: string, requested: Reconciliation | null): Promise<number | null> {
  const roster = await visit.deps.store.rosters.find(id)
  if (roster?.teamKey !== visit.teamKey) return null
  if (roster.paused || roster.blocked || roster.deleting) return visit.deps.clock.now() + RETRY_MS
  return runReconcile(visit, roster, requested)
}
