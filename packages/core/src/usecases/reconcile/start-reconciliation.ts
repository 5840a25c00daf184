import type { Clock } from '../../domain/clock.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations, createSchedule, type Store } from '../../store/index.ts'
import { newReconciliation } from './run-reconcile.ts'
import { requestedTask } from './tasks.ts'

/** Asks for a reading of the roster's whole group now; a worker does it under the lane's lease. */
export async function startReconciliation(
  deps: { store: Store; clock: Clock },
  input: { roster: Roster; dryRun: boolean },
): Promise<Reconciliation> {
  const { roster, dryRun } = input
  const record = newReconciliation(roster, deps.clock.now(), dryRun)
  await createReconciliations(deps.store.redis, roster.teamKey).put(record)
  await createSchedule(deps.store.redis, roster.teamKey).plan(requestedTask(record.id), record.startedAt)
  await deps.store.ready.ring(roster.teamKey)
  return record
}
