import type { ScimGroup } from '../../domain/scim.ts'
import { noteRosterActivity } from '../activity/index.ts'
import { readBindings } from './bindings.ts'
import { noteOdd, type OpenDirectory, type ScimDeps } from './directory.ts'

/** A line about a group, also in the activity of every roster whose people it has. */
export async function noteOddOfGroup(
  deps: ScimDeps,
  directory: OpenDirectory,
  group: ScimGroup,
  detail: string,
): Promise<void> {
  const text = `SCIM group ${group.id}: ${detail}`
  await noteOdd(deps, directory, text)
  for (const roster of await readBindings(deps, directory).rostersOfGroup(group)) {
    noteRosterActivity(deps, roster, { kind: 'request', text: text.slice(0, 500) })
  }
}

/** The same about a user: in the activity of every roster that the user's groups lead to. */
export async function noteOddOfUser(
  deps: ScimDeps,
  directory: OpenDirectory,
  userId: string,
  detail: string,
): Promise<void> {
  const text = `SCIM user ${userId}: ${detail}`
  await noteOdd(deps, directory, text)
  const bindings = readBindings(deps, directory)
  const [groups = []] = await directory.store.groupsOf([userId])
  for (const key of new Set([...(await bindings.rostersOf(groups)).values()].flat())) {
    const roster = await bindings.roster(key)
    if (roster) noteRosterActivity(deps, roster, { kind: 'request', text: text.slice(0, 500) })
  }
}
