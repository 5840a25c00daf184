import type { Roster } from '../../domain/roster.ts'
import { scimNameKey, type ScimDirectory, type ScimGroup } from '../../domain/scim.ts'
import type { ScimBindings } from '../../store/index.ts'
import type { OpenDirectory, ScimDeps } from './directory.ts'

/** Where the groups of one directory lead, read once for one piece of work. */
export interface BindingReader {
  /** Keys of the rosters whose people these groups are. */
  rostersOf(groupIds: readonly string[]): Promise<Map<string, string[]>>
  rostersOfGroup(group: ScimGroup): Promise<Roster[]>
  /** By its key. Undefined where the roster is not there any more or takes nobody from this directory. */
  roster(key: string): Promise<Roster | undefined>
  /** How many users the groups of a roster have. */
  countUsers(roster: Roster): Promise<number>
}

/** A roster that was deleted and made again is another one, which was told of nobody. */
const rosterKey = ({ id, createdAt }: Roster) => `${id}@${createdAt}`

/** When it was made (ms). */
export const rosterBornOf = (key: string) => Number(key.slice(key.lastIndexOf('@') + 1))

export const rosterIdOf = (key: string) => key.slice(0, key.lastIndexOf('@'))

export function readBindings(deps: Pick<ScimDeps, 'store'>, directory: OpenDirectory): BindingReader {
  const bindings: ScimBindings = deps.store.scimBindings
  const byGroup = new Map<string, string[]>()
  const byName = new Map<string, Promise<string[]>>()
  const rosters = new Map<string, Promise<Roster | undefined>>()
  const naming = (name: string) => {
    const key = scimNameKey(name)
    const known = byName.get(key) ?? bindings.rostersNaming(key)
    byName.set(key, known)
    return known
  }
  const find = (id: string) => {
    const known =
      rosters.get(id) ?? deps.store.rosters.find(id).then((found) => (mayFeed(directory, found) ? found : undefined))
    rosters.set(id, known)
    return known
  }
  const rostersOfGroup = async (group: ScimGroup): Promise<Roster[]> => {
    const found = new Map<string, Roster>()
    for (const name of namesOf(group)) {
      for (const id of await naming(name)) {
        const record = await find(id)
        if (record?.scimGroup && scimNameKey(record.scimGroup) === scimNameKey(name)) found.set(id, record)
      }
    }
    return [...found.values()]
  }
  return {
    async roster(key) {
      const found = await find(rosterIdOf(key))
      return found && rosterKey(found) === key ? found : undefined
    },
    rostersOfGroup,
    async rostersOf(groupIds) {
      const missing = [...new Set(groupIds)].filter((id) => !byGroup.has(id))
      const groups = await directory.store.groups.findMany(missing)
      for (const [at, id] of missing.entries()) {
        const group = groups[at]
        byGroup.set(id, group ? (await rostersOfGroup(group)).map(rosterKey) : [])
      }
      return byGroup
    },
    async countUsers({ scimGroup }) {
      let count = 0
      for (const { id } of await findGroups(directory, scimGroup ?? '')) count += await directory.store.countMembers(id)
      return count
    },
  }
}

const namesOf = ({ displayName, externalId }: ScimGroup) =>
  externalId === null ? [displayName] : [displayName, externalId]

/** The groups that this name stands for: by displayName or externalId. */
export async function findGroups({ store }: OpenDirectory, name: string): Promise<ScimGroup[]> {
  const found = [
    ...(await store.groups.findBy('name', name)),
    ...(await store.groups.findBy('externalId', name.trim())),
  ]
  return [...new Map(found.map((group) => [group.id, group])).values()]
}

/** A bound token's groups reach its rosters alone, and what a bound token named is looked for among those of bound tokens. */
export function mayFeed({ rosters }: Pick<ScimDirectory, 'rosters'>, roster: Roster | undefined): boolean {
  if (!roster || roster.deleting || roster.scimGroup === null || roster.scimGroup === undefined) return false
  return rosters === null ? roster.scimGroupOfBound !== true : rosters.includes(roster.id)
}
