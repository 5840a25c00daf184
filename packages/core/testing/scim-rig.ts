import { expect } from 'vitest'
import { systemClock } from '../src/domain/clock.ts'
import type { ScimUser } from '../src/domain/scim.ts'
import { createStore, globalKeys, type Store } from '../src/store/index.ts'
import { scimKeys } from '../src/store/keys.ts'
import {
  bindScimGroup,
  changeScimGroup,
  changeScimUser,
  createScimGroup,
  createScimUser,
  deleteScimGroup,
  deleteScimUser,
  directoryOf,
  finishScim,
  type MembersDelta,
  type ScimDeps,
  type ScimUserDraft,
} from '../src/usecases/scim/index.ts'
import { makeRoster, makeTeamKey } from './fixtures.ts'
import { withRedis } from './with-redis.ts'

/** A roster with two groups: three people, and one of them once more; a fourth person is in a group that it does not name. */
export interface ScimWorld {
  roster: string
  group: string
  other: string
  more: string
  ann: string
  bob: string
  cyd: string
  dan: string
  name: string
}

export const depsOf = (of: Store): ScimDeps => ({ store: of, clock: systemClock, dedupDays: 7 })
export const directoryIn = (of: Store) => directoryOf(depsOf(of), null)

export const draft = (name: string): ScimUserDraft => ({
  userName: name,
  externalId: null,
  active: true,
  profile: { email: `${name}@example.com`, firstName: 'Ann', lastName: 'Lee' },
  resource: { userName: name },
})
const nobody = new Set<string>()
export const members = (delta: Partial<MembersDelta>): MembersDelta => ({
  isWhole: false,
  add: nobody,
  remove: nobody,
  ...delta,
})

export const bind = (of: ScimDeps, roster: string, scimGroup: string | null) =>
  bindScimGroup(of, roster, scimGroup, () => of.store.rosters.update(roster, (one) => ({ ...one, scimGroup })))

export type Work = (deps: ScimDeps, world: ScimWorld) => Promise<unknown>

export const group =
  (
    change: Partial<{ name: string }>,
    delta?: Partial<MembersDelta> | ((world: ScimWorld) => Partial<MembersDelta>),
  ): Work =>
  (of, world) =>
    changeScimGroup(
      of,
      directoryIn(of.store),
      world.group,
      (known) => ({
        displayName: change.name === undefined ? known.displayName : `${change.name}${world.name}`,
        externalId: null,
      }),
      delta && members(typeof delta === 'function' ? delta(world) : delta),
    )
export const user =
  (who: 'ann' | 'dan', change: (user: ScimUser) => ScimUserDraft): Work =>
  (of, world) =>
    changeScimUser(of, directoryIn(of.store), world[who], change)
export const switched = (active: boolean) => (known: ScimUser) => ({ ...known, active })
export const renamed = (known: ScimUser) => ({
  ...known,
  profile: { ...known.profile, email: `new-${known.userName}@x.com` },
})

export const former = (known: ScimUser) => ({
  ...known,
  profile: { ...known.profile, email: `${known.userName}@example.com` },
})
export const deleteAnn: Work = (of, { ann }) => deleteScimUser(of, directoryIn(of.store), ann)
export const deleteGroup: Work = (of, { group: id }) => deleteScimGroup(of, directoryIn(of.store), id)

/** A directory with a Redis of its own, for one test file, at its top. Only under vitest. */
export async function withScimRig() {
  const { redis } = await withRedis({ flush: false })
  const store = createStore(redis)
  const deps = depsOf(store)
  await store.teamKeys.put(makeTeamKey({ id: 'acme' }))
  let worlds = 0

  async function makeWorld(): Promise<ScimWorld> {
    const name = `world-${worlds++}`
    const roster = makeRoster({ id: name, group: { id: `g-${name}`, name } })
    await store.enterRoster({ ...roster, removalGuard: { percent: 100, atLeast: 100 }, scimGroup: null })
    await bind(deps, name, name)
    const people: string[] = []
    for (const one of ['ann', 'bob', 'cyd', 'dan']) {
      const user = await createScimUser(deps, directoryIn(store), draft(`${one}-${name}`))
      if (user === 'taken') throw new Error(one)
      people.push(user.id)
    }
    const [ann = '', bob = '', cyd = '', dan = ''] = people
    const groups = []
    for (const [displayName, ids, externalId] of [
      [name, [ann, bob, cyd], null],
      [`other-${name}`, [cyd, dan], null],
      [`more-${name}`, [ann], name],
    ] as const) {
      const group = await createScimGroup(deps, directoryIn(store), { displayName, externalId }, new Set(ids))
      if (group === 'taken') throw new Error(displayName)
      groups.push(group.id)
    }
    const [group = '', other = '', more = ''] = groups
    return { roster: name, group, other, more, ann, bob, cyd, dan, name }
  }

  async function present({ roster, ann, bob, cyd, dan }: ScimWorld): Promise<string[]> {
    const records = await store.members('acme', roster).findMany([ann, bob, cyd, dan])
    return ['ann', 'bob', 'cyd', 'dan'].filter((_, at) => records[at]?.desired.present)
  }

  async function inGroup(world: ScimWorld, group: string): Promise<string[]> {
    const ids: string[] = []
    for await (const page of store.scimDirectory('all').membersOf(group)) ids.push(...page)
    return (['ann', 'bob', 'cyd', 'dan'] as const).filter((name) => ids.includes(world[name]))
  }

  /** A minute later, so that nobody is taken for being at work yet. */
  const later: ScimDeps = { ...deps, clock: { ...systemClock, now: () => Date.now() + 60_000 } }

  /** Whatever any process left is finished, as each does every moment. */
  async function finish(): Promise<void> {
    for (let rounds = 0; rounds < 3; rounds++) {
      await redis.del(globalKeys.task('scim'))
      await finishScim(later)
    }
    expect(await redis.zcard(scimKeys('all').touched)).toBe(0)
    expect(await directoryIn(store).store.unsettledBefore(Infinity)).toEqual([])
    expect(await store.scimBindings.rebinding(Infinity)).toEqual(new Map())
  }

  /** The roster has whoever is switched on and in a group that it names, by both of what is kept of that. */
  async function isConsistent(world: ScimWorld, what: object): Promise<void> {
    const record = await store.rosters.find(world.roster)
    const named = []
    for (const id of [world.group, world.other, world.more]) {
      const group = await directoryIn(store).store.groups.find(id)
      const those = await inGroup(world, id)
      const memberships = await directoryIn(store).store.groupsOf([world.ann, world.bob, world.cyd, world.dan])
      const listed = ['ann', 'bob', 'cyd', 'dan'].filter((_, at) => memberships[at]?.includes(id))
      expect({ ...what, id, listed }).toEqual({ ...what, id, listed: those })
      if (!group) expect({ ...what, id, those }).toEqual({ ...what, id, those: [] })
      if (group && [group.displayName, group.externalId].includes(record?.scimGroup ?? '')) named.push(...those)
    }
    const on: string[] = []
    for (const name of ['ann', 'bob', 'cyd', 'dan'] as const) {
      const user = await directoryIn(store).store.users.find(world[name])
      if (user?.active && named.includes(name)) on.push(name)
      if (user && on.includes(name)) {
        const [member] = await store.members('acme', world.roster).findMany([world[name]])
        expect({ ...what, email: member?.desired.email }).toEqual({ ...what, email: user.profile.email })
      }
    }
    if (record?.scimGroup) expect({ ...what, present: await present(world) }).toEqual({ ...what, present: on })
  }

  return { redis, store, deps, makeWorld, present, inGroup, finish, isConsistent }
}
