import { judgeRemovals } from '../../domain/guard.ts'
import type { Roster } from '../../domain/roster.ts'
import { firstByName } from '../../domain/name-order.ts'
import type { ScimGroup, ScimNote, ScimProfile } from '../../domain/scim.ts'
import type { MemberRecord, ScimDirectoryStore } from '../../store/index.ts'
import { findGroups, mayFeed, readBindings } from './bindings.ts'
import { listDirectories, type OpenDirectory, type ScimDeps } from './directory.ts'

/** A group of any directory, as the console lists them. */
export interface ListedScimGroup {
  group: ScimGroup
  /** Rosters that its directory may lead to; null: all. */
  reach: string[] | null
  members: number
  /** Ids of the rosters whose people these are. */
  rosters: string[]
}

const PAGE = 200
/** A preview names at most so many people of each kind. */
export const PREVIEW_NAMED = 1_000
const DAY_MS = 86_400_000

/** Every group that came, whether a roster names it or not: those that none names first, then by name. */
export async function listScimGroups(deps: Pick<ScimDeps, 'store'>): Promise<ListedScimGroup[]> {
  const listed: ListedScimGroup[] = []
  for (const directory of await listDirectories(deps)) {
    const bindings = readBindings(deps, directory)
    for (let from = 0; ; from += PAGE) {
      const groups = await directory.store.groups.page(from, PAGE)
      for (const group of groups) {
        const [members, rosters] = await Promise.all([
          directory.store.countMembers(group.id),
          bindings.rostersOfGroup(group),
        ])
        listed.push({ group, reach: directory.rosters, members, rosters: rosters.map(({ id }) => id).sort() })
      }
      if (groups.length < PAGE) break
    }
  }
  const byName = new Intl.Collator('en', { sensitivity: 'base', numeric: true })
  return listed.sort(
    (a, b) =>
      Number(a.rosters.length > 0) - Number(b.rosters.length > 0) ||
      byName.compare(a.group.displayName, b.group.displayName),
  )
}

/** What was out of the ordinary in requests of identity providers, newest first. */
export async function listScimNotes(deps: Pick<ScimDeps, 'store'>): Promise<ScimNote[]> {
  const notes = await Promise.all((await listDirectories(deps)).map(({ store }) => store.notes()))
  return notes.flat().sort((a, b) => b.at - a.at)
}

/** A person of whom a preview tells. */
export interface ScimPerson extends ScimProfile {
  id: string
}

/** What leading a roster by groups would change. */
export interface ScimPreview {
  groups: { id: string; displayName: string; members: number }[]
  add: number
  remove: number
  unchanged: number
  /** People of the roster whom the group does not have and who stay, since they came otherwise. */
  others: number
  /** Of those who would be added: people without an address, who wait until they give one. */
  withoutAddress: number
  held: 'roster' | 'team_key' | 'empty' | null
  /** By name in order, at most `PREVIEW_NAMED` of each. */
  people: { add: ScimPerson[]; remove: ScimPerson[] }
}

/** What would happen to a roster that names this SCIM group. Changes nothing. */
export async function previewScimGroup(deps: ScimDeps, roster: Roster, name: string): Promise<ScimPreview> {
  const would: Roster = { ...roster, scimGroup: name, scimGroupOfBound: false }
  const members = deps.store.members(roster.teamKey, roster.id)
  const groups: ScimPreview['groups'] = []
  const [coming, going] = [firstByName<ScimPerson>(PREVIEW_NAMED), firstByName<ScimPerson>(PREVIEW_NAMED)]
  let [unchanged, users, withoutAddress] = [0, 0, 0]
  for (const directory of await listDirectories(deps)) {
    const { store } = directory
    const wanted = mayFeed(directory, would) ? await findGroups(directory, name) : []
    for (const { id, displayName } of wanted) {
      const size = await store.countMembers(id)
      groups.push({ id, displayName, members: size })
      users += size
    }
    for await (const page of peopleOf(directory, wanted)) {
      const [known, found] = await Promise.all([members.findMany(page), store.users.findMany(page)])
      found.forEach((user, at) => {
        if (!user?.active) return
        if (known[at]?.desired.present) return void unchanged++
        coming.add({ id: user.id, ...user.profile })
        if (user.profile.email === null) withoutAddress++
      })
    }
    if (!roster.scimGroup || !mayFeed(directory, roster)) continue
    const former = await findGroups(directory, roster.scimGroup)
    for await (const page of peopleOf(directory, former)) {
      const leavers = await members.findMany(await notIn(store, wanted, page))
      for (const record of leavers) if (record?.desired.present) going.add(personOf(record))
    }
  }
  const present = await countPresent(deps, roster)
  return {
    groups,
    add: coming.count(),
    remove: going.count(),
    unchanged,
    others: Math.max(0, present - unchanged - going.count()),
    withoutAddress,
    held: await judge(deps, roster, { removals: going.count(), size: present, empties: users === 0 }),
    people: { add: coming.list(), remove: going.list() },
  }
}

/** Everybody in these groups, once, a page at a time. */
async function* peopleOf(
  { store }: OpenDirectory,
  groups: readonly ScimGroup[],
): AsyncGenerator<readonly string[], void> {
  for (const [at, { id }] of groups.entries())
    for await (const page of store.membersOf(id)) yield notIn(store, groups.slice(0, at), page)
}

/** Those of these users who are in none of the groups. */
async function notIn(
  store: ScimDirectoryStore,
  groups: readonly ScimGroup[],
  users: readonly string[],
): Promise<readonly string[]> {
  if (groups.length === 0) return users
  const ids = new Set(groups.map(({ id }) => id))
  const theirs = await store.groupsOf(users)
  return users.filter((_, at) => !theirs[at]?.some((id) => ids.has(id)))
}

const personOf = ({ id, desired: { email, firstName, lastName } }: MemberRecord): ScimPerson => ({
  id,
  email,
  firstName,
  lastName,
})

async function countPresent(deps: ScimDeps, roster: Roster): Promise<number> {
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  return Object.values(counts).reduce((sum, one) => sum + one, 0) - counts.removed
}

async function judge(
  deps: ScimDeps,
  roster: Roster,
  plan: { removals: number; size: number; empties: boolean },
): Promise<ScimPreview['held']> {
  const recent = deps.store.lane(roster.teamKey).reconciliations.recentRemovals(deps.clock.now() - DAY_MS)
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    ...plan,
    recent: await recent,
    allowEmpty: false,
  })
  return verdict.held ? verdict.reason : null
}
