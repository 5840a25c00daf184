import type { Reconciliation } from '../../domain/reconciliation.ts'
import { isAppError } from '../../errors.ts'
import { createReconciliations, createSchedule } from '../../store/index.ts'
import type { Visit } from '../lanes/visit.ts'
import { runApproved } from './run-approved.ts'
import { runReconcile } from './run-reconcile.ts'

/** Requests for a reading of one roster's group wait under this name. */
export const requestedTask = (id: string) => `requested:${id}`

/** Carries out one task of the lane's schedule that is due, after the events of this visit. */
export async function runDue(visit: Visit): Promise<void> {
  const { store, clock, log } = visit.deps
  const schedule = createSchedule(store.redis, visit.teamKey)
  const [task] = await schedule.due(clock.now())
  if (task === undefined) return
  const at = task.indexOf(':')
  const [kind, id] = [task.slice(0, at), task.slice(at + 1)]
  // Put off first: a task that ends its worker, or fails, must not be first in line for ever.
  await schedule.replan(task, clock.now() + RETRY_MS)
  try {
    if (kind === 'reconcile') await reconcileRoster(visit, id, null)
    else if (await runNamed(visit, kind, id)) await schedule.drop(task)
  } catch (error) {
    if (!isAppError(error)) throw error
    log.warn({ event: 'schedule.failed', teamKey: visit.teamKey, kind, code: error.code }, 'schedule.failed')
  }
}

const RETRY_MS = 60_000

/** A reading that was asked for, or a plan that was approved. True when it is through. */
async function runNamed(visit: Visit, kind: string, id: string): Promise<boolean> {
  const record = await createReconciliations(visit.deps.store.redis, visit.teamKey).find(id)
  if (!record || record.status !== 'running') return true
  if (kind === 'requested') return reconcileRoster(visit, record.roster, record)
  if (kind === 'approved') return runApproved(visit, record)
  return true
}

async function reconcileRoster(visit: Visit, rosterId: string, requested: Reconciliation | null): Promise<boolean> {
  const { store } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster || roster.teamKey !== visit.teamKey) {
    await createSchedule(store.redis, visit.teamKey).drop(`reconcile:${rosterId}`)
    return true
  }
  if (roster.paused || roster.blocked) return false
  await runReconcile(visit, roster, requested)
  return true
}
