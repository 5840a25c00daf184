import type { Clock } from '../../domain/clock.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations, createSchedule, type Store } from '../../store/index.ts'
import { newReconciliation } from './run-reconcile.ts'
import { requestedTask } from './tasks.ts'

/** Asked for so many at most that wait at once: a dry run and a real one. */
const LATEST = 10
/** Testers on a page of a group. */
const PAGE = 200

/**
 * Asks for a reading of the roster's whole group now; a worker does it under the lane's lease. One that was asked for and is not
 * through yet is the same one: asked for over and over, a group is read once. `charge`: what the reading will cost, before it is asked for.
 */
export async function startReconciliation(
  deps: { store: Store; clock: Clock; charge: (calls: number) => Promise<void> },
  input: { roster: Roster; dryRun: boolean },
): Promise<Reconciliation> {
  const { roster, dryRun } = input
  const underWay = await findUnderWay(deps, roster, dryRun)
  if (underWay) return underWay
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  const members = Object.values(counts).reduce((sum, count) => sum + count, 0)
  await deps.charge(1 + Math.ceil(members / PAGE))
  const record = newReconciliation(roster, deps.clock.now(), dryRun)
  await createReconciliations(deps.store.redis, roster.teamKey).put(record)
  await createSchedule(deps.store.redis, roster.teamKey).plan(requestedTask(record.id), record.startedAt)
  await deps.store.ready.ring(roster.teamKey)
  return record
}

async function findUnderWay(
  { store }: { store: Store },
  { id, teamKey }: Roster,
  dryRun: boolean,
): Promise<Reconciliation | undefined> {
  const reconciliations = createReconciliations(store.redis, teamKey)
  const { items } = await reconciliations.list(id, LATEST)
  const running = items.filter(
    (item) => item.kind === 'reconcile' && item.status === 'running' && item.dryRun === dryRun,
  )
  const dueAt = await createSchedule(store.redis, teamKey).dueAt(running.map((item) => requestedTask(item.id)))
  const underWay = running.find((_, at) => dueAt[at] != null)
  return underWay && reconciliations.withNames(underWay)
}
