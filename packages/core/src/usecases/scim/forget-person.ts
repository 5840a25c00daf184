import { listDirectories, type ScimDeps } from './directory.ts'
import { deleteScimUser } from './users.ts'

/** Forgets whoever has one of these ids, and everybody in whose record the address (lower-cased) stands. */
export async function forgetInScim(deps: ScimDeps, address: string, ids: readonly string[]): Promise<void> {
  for (const directory of await listDirectories(deps)) {
    const naming = await directory.store.usersNaming(address)
    for (const id of new Set([...ids, ...naming])) {
      if (await deleteScimUser(deps, directory, id)) continue
      // Deleted before, and not forgotten yet: the rosters were still to be told.
      const [standing] = await directory.store.standings([id])
      if (standing && standing.revision !== '0') await directory.store.forget(standing)
    }
  }
}
