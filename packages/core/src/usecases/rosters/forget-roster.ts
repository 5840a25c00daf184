import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'

/** Forgets a roster with everything that is kept of it, and frees its group. */
export async function forgetRoster(store: Store, roster: Roster): Promise<void> {
  await store.purgeRoster(roster)
  await store.forgetRoster(roster)
  if (roster.scimGroup) await store.scimBindings.drop(roster.id, roster.scimGroup)
  // Last: a claim that outlives its roster by a crash is freed by creating and deleting the roster again.
  await store.releaseGroup(roster.group.id, roster.id)
}
