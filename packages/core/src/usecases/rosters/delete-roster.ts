import type { Store } from '../../store/index.ts'
import { getRoster } from './get-roster.ts'

/** Forgets a roster and its members; the testers stay in their group at Apple. Throws not_found. */
export async function deleteRoster(deps: { store: Store }, id: string): Promise<void> {
  const roster = await getRoster(deps, id)
  await deps.store.forgetRoster(roster)
  // Last: a claim that outlives its roster by a crash is freed by creating and deleting the roster again.
  await deps.store.releaseGroup(roster.group.id, roster.id)
}
