import type { Store } from '../../store/index.ts'
import { listSources } from './put-source.ts'

/** Erases a person in every source: whoever has the address (lower-cased), and whose id is one of these on a roster of the source. */
export async function forgetInSources(
  deps: { store: Store },
  address: string,
  members: readonly { roster: string; ids: readonly string[] }[],
): Promise<void> {
  for (const source of await listSources(deps)) {
    const rosters = new Set(Object.values(source.rosters))
    const ids = members.filter(({ roster }) => rosters.has(roster)).flatMap((member) => member.ids)
    await deps.store.sourceMemory(source.id).forget({ ids, address })
  }
}
