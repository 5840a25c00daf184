import type { Clock } from '../../domain/clock.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import { newReconciliation } from './run-reconcile.ts'
import { requestedTask } from '../schedule/tasks.ts'

/** Testers on a page of a group. */
const PAGE = 200

/**
 * Asks for a reading of the roster's whole group; a worker does it under the lane's lease. What it says was so after it was asked
 * for: it joins one that was asked for before and whose reading has not begun, otherwise it waits for its own. So at most one is
 * read and one waits, however often it is asked for. `charge`: what the reading will cost, before it is asked for.
 */
export async function startReconciliation(
  deps: { store: Store; clock: Clock; charge: (calls: number) => Promise<void> },
  { roster, dryRun }: { roster: Roster; dryRun: boolean },
): Promise<Reconciliation> {
  const { store, clock } = deps
  const reconciliations = store.lane(roster.teamKey).reconciliations
  let record = await reconciliations.findAsked(roster.id, dryRun)
  if (!record) {
    const counts = await store.members(roster.teamKey, roster.id).counts()
    const members = Object.values(counts).reduce((sum, count) => sum + count, 0)
    await deps.charge(1 + Math.ceil(members / PAGE))
    const asked = newReconciliation(roster, clock.now(), dryRun)
    record = await reconciliations.ask(roster, asked, { name: requestedTask(asked.id), at: asked.startedAt })
  }
  const schedule = store.lane(roster.teamKey).schedule
  const task = requestedTask(record.id)
  // Also for whoever asked before and died before this.
  if ((await schedule.dueAt([task]))[0] !== null) return record
  await schedule.plan(task, record.startedAt)
  await store.ready.ring(roster.teamKey)
  return record
}
