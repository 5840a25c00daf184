import { isUnreadable } from '../../domain/shape.ts'
import type { Store } from '../../store/index.ts'

/** Erases a person in every source: whoever has the address (lower-cased), and whose id is one of these on a roster of the source. */
export async function forgetInSources(
  deps: { store: Store },
  address: string,
  members: readonly { roster: string; ids: readonly string[] }[],
): Promise<void> {
  for (const id of await deps.store.sources.ids()) {
    const rosters = await rostersOf(deps.store, id)
    const ids = members.filter(({ roster }) => rosters?.has(roster) ?? true).flatMap((member) => member.ids)
    await deps.store.sourceMemory(id).forget({ ids, address })
  }
}

/** Undefined where the source can't be read: then it may lead to any. */
async function rostersOf({ sources }: Store, id: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const source = await sources.find(id)
    return new Set(Object.values(source?.rosters ?? {}))
  } catch (error) {
    if (isUnreadable(error)) return undefined
    throw error
  }
}
