import type { Clock } from '../../domain/clock.ts'
import type { Store } from '../../store/index.ts'
import { lawTask } from '../schedule/tasks.ts'
import { deleteTask } from '../schedule/tasks.ts'
import { forgetRoster } from './forget-roster.ts'
import { getRoster, rosterNotFound } from '../get-roster.ts'

/** No request lasts that long: whoever began it is dead by then. */
const DIED_AFTER_MS = 30_000

/**
 * Forgets a roster and its members: at once where the testers stay in their group, otherwise once the last of them is out.
 * Throws not_found.
 */
export async function deleteRoster(
  deps: { store: Store; clock: Clock },
  { id, testers }: { id: string; testers: 'keep' | 'remove' },
): Promise<'gone' | 'begun'> {
  const { store, clock } = deps
  const roster = await getRoster(deps, id)
  if (testers === 'keep') {
    // Whoever dies half-way leaves a roster that is there, and members whose work is not: they are recorded again until it is deleted.
    await store.lane(roster.teamKey).schedule.plan(lawTask(roster.teamKey), clock.now() + DIED_AFTER_MS)
    await forgetRoster(store, roster)
    return 'gone'
  }
  // The task first: a mark without one would never be acted upon, a task without the mark does nothing. It must not come before it.
  const task = deleteTask(id)
  await store.lane(roster.teamKey).schedule.plan(task, clock.now() + DIED_AFTER_MS)
  const mark = { deleting: true, paused: false, updatedAt: clock.now() }
  if (!(await store.rosters.update(id, (current) => ({ ...current, ...mark })))) throw rosterNotFound(id)
  await store.lane(roster.teamKey).roster(id).close()
  await store.lane(roster.teamKey).schedule.replan(task, clock.now())
  await store.ready.ring(roster.teamKey)
  return 'begun'
}
