import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import { deleteTask } from '../schedule/tasks.ts'
import { assertSettled } from '../assert-settled.ts'
import { getRoster, rosterNotFound } from '../get-roster.ts'

interface DeleteDeps {
  store: Store
  clock: Clock
}

/**
 * Forgets a roster and its members: at once where the testers stay in their group, otherwise once the last of them is out. One write to
 * the roster's record is what the answer stands for: whoever finds it goes on, and it is the last that is forgotten. Throws not_found, and
 * store_unavailable while the roster moves.
 */
export async function deleteRoster(
  deps: DeleteDeps,
  { id, testers }: { id: string; testers: 'keep' | 'remove' },
): Promise<'gone' | 'begun'> {
  const { store, clock } = deps
  await getRoster(deps, id)
  await store.begunRosters.note(id)
  const roster = await store.rosters.update(id, (current) => {
    assertSettled({ ...current, deleting: false })
    // Of what is being forgotten, nobody can be taken out any more.
    const forgetting = testers === 'keep' || current.forgetting === true
    return { ...current, deleting: true, ...(forgetting ? { forgetting } : {}), paused: false, updatedAt: clock.now() }
  })
  if (!roster) throw rosterNotFound(id)
  return carryDeletionOn(deps, roster)
}

/** Whoever began it may have died at any point, or may still be at it. */
export async function carryDeletionOn({ store, clock }: DeleteDeps, roster: Roster): Promise<'gone' | 'begun'> {
  if (roster.forgetting) {
    await store.forgetRoster(roster)
    return 'gone'
  }
  await store.closeRoster(roster)
  await store.lane(roster.teamKey).schedule.plan(deleteTask(roster.id), clock.now())
  await store.ready.ring(roster.teamKey)
  return 'begun'
}
