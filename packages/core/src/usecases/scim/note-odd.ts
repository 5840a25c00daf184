import type { Roster } from '../../domain/roster.ts'
import type { ScimGroup } from '../../domain/scim.ts'
import { noteRosterActivity } from '../activity/index.ts'
import { findGroups, mayFeed, readBindings } from './bindings.ts'
import type { OpenDirectory, ScimDeps } from './directory.ts'

const LONGEST = 500
/** Rosters whose activity tells what is about no group of theirs. */
const MOST_ROSTERS = 100

/**
 * A line about what was out of the ordinary: in the notes, and in the activity of the rosters that it is about. Providers send the same
 * again for days, some thousands of times an hour: each line is told once an hour. The request goes on where it can't be kept.
 */
async function noteOdd(
  deps: ScimDeps,
  { store }: OpenDirectory,
  line: string,
  rosters: () => Promise<Iterable<Roster>>,
): Promise<void> {
  const text = line.slice(0, LONGEST)
  try {
    if (!(await store.note({ at: deps.clock.now(), detail: text }))) return
    for (const roster of await rosters()) noteRosterActivity(deps, roster, { kind: 'request', text })
  } catch {
    // The store did not answer.
  }
}

/** About the provider as a whole: told to every roster that has people from it. */
export async function noteOddOfAll(deps: ScimDeps, directory: OpenDirectory, detail: string): Promise<void> {
  await noteOdd(deps, directory, detail, () => rostersFedBy(deps, directory))
}

async function rostersFedBy({ store }: ScimDeps, directory: OpenDirectory): Promise<Roster[]> {
  const fed = new Map<string, Roster>()
  for (const { rosterId, name } of await store.scimBindings.first(MOST_ROSTERS)) {
    const roster = await store.rosters.find(rosterId)
    if (!roster || !mayFeed(directory, roster)) continue
    if ((await findGroups(directory, name)).length > 0) fed.set(rosterId, roster)
  }
  return [...fed.values()]
}

/** About a group: told to every roster whose people it has. */
export async function noteOddOfGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  group: ScimGroup,
  detail: string,
): Promise<void> {
  await noteOdd(deps, directory, `SCIM group ${group.id}: ${detail}`, () =>
    readBindings(deps, directory).rostersOfGroup(group),
  )
}

/** About a user: told to every roster that the user's groups lead to. */
export async function noteOddOfUser(
  deps: ScimDeps,
  directory: OpenDirectory,
  userId: string,
  detail: string,
): Promise<void> {
  await noteOdd(deps, directory, `SCIM user ${userId}: ${detail}`, async () => {
    const bindings = readBindings(deps, directory)
    const [groups = []] = await directory.store.groupsOf([userId])
    const keys = new Set([...(await bindings.rostersOf(groups)).values()].flat())
    const rosters = await Promise.all([...keys].map((key) => bindings.roster(key)))
    return rosters.filter((roster) => roster !== undefined)
  })
}
