import { judgeRemovals } from '../../domain/guard.ts'
import type { Roster } from '../../domain/roster.ts'
import type { ScimGroup } from '../../domain/scim.ts'
import { createReconciliations } from '../../store/index.ts'
import { findGroups, mayFeed, readBindings } from './bindings.ts'
import { listDirectories, type OpenDirectory, type ScimDeps } from './directory.ts'

export interface ListedScimGroup {
  group: ScimGroup
  members: number
  /** Ids of the rosters whose people these are. */
  rosters: string[]
}

const PAGE = 200
const DAY_MS = 86_400_000

/** Every group that came, whether a roster names it or not. */
export async function listScimGroups(
  deps: Pick<ScimDeps, 'store'>,
  isReachable: (directory: OpenDirectory) => boolean = () => true,
): Promise<ListedScimGroup[]> {
  const listed: ListedScimGroup[] = []
  for (const directory of (await listDirectories(deps)).filter(isReachable)) {
    const bindings = readBindings(deps, directory)
    for (let from = 0; ; from += PAGE) {
      const groups = await directory.store.groups.page(from, PAGE)
      for (const group of groups) {
        const [members, rosters] = await Promise.all([
          directory.store.countMembers(group.id),
          bindings.rostersOfGroup(group),
        ])
        listed.push({ group, members, rosters: rosters.map(({ id }) => id) })
      }
      if (groups.length < PAGE) break
    }
  }
  return listed
}

export interface ScimPreview {
  groups: { id: string; displayName: string; members: number }[]
  add: number
  remove: number
  unchanged: number
  /** Of those who would be added: people without an address, who wait until they give one. */
  withoutAddress: number
  held: 'roster' | 'team_key' | 'empty' | null
}

/** What would happen to a roster that names this SCIM group. Changes nothing. */
export async function previewScimGroup(
  deps: ScimDeps,
  roster: Roster,
  name: string,
  /** True: the name would be given by a token that is bound to rosters. */
  byBound: boolean,
): Promise<ScimPreview> {
  const preview: ScimPreview = { groups: [], add: 0, remove: 0, unchanged: 0, withoutAddress: 0, held: null }
  const would: Roster = { ...roster, scimGroup: name, scimGroupOfBound: byBound }
  const members = deps.store.members(roster.teamKey, roster.id)
  let staying = 0
  for (const directory of (await listDirectories(deps)).filter((one) => mayFeed(one, would))) {
    const { store } = directory
    const wanted = await findGroups(directory, name)
    const seen = new Set<string>()
    for (const { id, displayName } of wanted) {
      preview.groups.push({ id, displayName, members: await store.countMembers(id) })
      for await (const page of store.membersOf(id)) {
        const fresh = wanted.length === 1 ? page : page.filter((one) => !seen.has(one))
        if (wanted.length > 1) for (const one of fresh) seen.add(one)
        const users = await store.users.findMany(fresh)
        const known = await members.findMany(fresh)
        users.forEach((user, at) => {
          if (!user?.active) return
          staying++
          if (known[at]?.desired.present) preview.unchanged++
          else {
            preview.add++
            if (user.profile.email === null) preview.withoutAddress++
          }
        })
      }
    }
    if (!mayFeed(directory, roster) || !roster.scimGroup) continue
    for (const former of await findGroups(directory, roster.scimGroup)) {
      for await (const page of store.membersOf(former.id)) {
        const stay = new Set((await Promise.all(wanted.map(({ id }) => store.whoIsIn(id, page)))).flat())
        const going = page.filter((id) => !stay.has(id))
        const known = await members.findMany(going)
        preview.remove += known.filter((record) => record?.desired.present).length
      }
    }
  }
  preview.held = await judge(deps, roster, preview, staying)
  return preview
}

async function judge(
  deps: ScimDeps,
  roster: Roster,
  { remove }: ScimPreview,
  staying: number,
): Promise<ScimPreview['held']> {
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  const size = Object.values(counts).reduce((sum, one) => sum + one, 0) - counts.removed
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals: remove,
    size,
    recent: await createReconciliations(deps.store.redis, roster.teamKey).recentRemovals(deps.clock.now() - DAY_MS),
    empties: staying === 0,
    allowEmpty: false,
  })
  return verdict.held ? verdict.reason : null
}
