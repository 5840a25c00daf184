import { expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeRoster, makeTeamKey } from '../../../testing/fixtures.ts'
import { withRedis } from '../../../testing/with-redis.ts'
import { systemClock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { ScimUser } from '../../domain/scim.ts'
import { createStore, globalKeys, type Store } from '../../store/index.ts'
import { scimKeys } from '../../store/keys.ts'
import { approveReconciliation } from '../reconcile/index.ts'
import { insertRoster } from '../rosters/put-roster.ts'
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
} from './index.ts'

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)

const depsOf = (of: Store): ScimDeps => ({ store: of, clock: systemClock, dedupDays: 7 })
const deps = depsOf(store)
await store.teamKeys.put(makeTeamKey({ id: 'acme' }))

const directory = (of: Store = store) => directoryOf(depsOf(of), null)
const draft = (name: string): ScimUserDraft => ({
  userName: name,
  externalId: null,
  active: true,
  profile: { email: `${name}@example.com`, firstName: 'Ann', lastName: 'Lee' },
  resource: { userName: name },
})
const nobody = new Set<string>()
const members = (delta: Partial<MembersDelta>): MembersDelta => ({
  isWhole: false,
  add: nobody,
  remove: nobody,
  ...delta,
})

/** A roster with two groups: three people, and one of them once more; a fourth person is in a group that it does not name. */
interface World {
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

let worlds = 0

async function makeWorld(): Promise<World> {
  const name = `world-${worlds++}`
  const roster = makeRoster({ id: name, group: { id: `g-${name}`, name } })
  await store.enterRoster({ ...roster, removalGuard: { percent: 100, atLeast: 100 }, scimGroup: null })
  await bind(deps, name, name)
  const people: string[] = []
  for (const one of ['ann', 'bob', 'cyd', 'dan']) {
    const user = await createScimUser(deps, directory(), draft(`${one}-${name}`))
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
    const group = await createScimGroup(deps, directory(), { displayName, externalId }, new Set(ids))
    if (group === 'taken') throw new Error(displayName)
    groups.push(group.id)
  }
  const [group = '', other = '', more = ''] = groups
  return { roster: name, group, other, more, ann, bob, cyd, dan, name }
}

const bind = (of: ScimDeps, roster: string, scimGroup: string | null) =>
  bindScimGroup(of, roster, scimGroup, () => of.store.rosters.update(roster, (one) => ({ ...one, scimGroup })))

async function present({ roster, ann, bob, cyd, dan }: World): Promise<string[]> {
  const records = await store.members('acme', roster).findMany([ann, bob, cyd, dan])
  return ['ann', 'bob', 'cyd', 'dan'].filter((_, at) => records[at]?.desired.present)
}

async function inGroup(world: World, group: string): Promise<string[]> {
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
  expect(await directory().store.unsettledBefore(Infinity)).toEqual([])
  expect(await store.scimBindings.rebinding(Infinity)).toEqual(new Map())
}

/** The roster has whoever is switched on and in a group that it names, by both of what is kept of that. */
async function isConsistent(world: World, what: object): Promise<void> {
  const record = await store.rosters.find(world.roster)
  const named = []
  for (const id of [world.group, world.other, world.more]) {
    const group = await directory().store.groups.find(id)
    const those = await inGroup(world, id)
    const memberships = await directory().store.groupsOf([world.ann, world.bob, world.cyd, world.dan])
    const listed = ['ann', 'bob', 'cyd', 'dan'].filter((_, at) => memberships[at]?.includes(id))
    expect({ ...what, id, listed }).toEqual({ ...what, id, listed: those })
    if (!group) expect({ ...what, id, those }).toEqual({ ...what, id, those: [] })
    if (group && [group.displayName, group.externalId].includes(record?.scimGroup ?? '')) named.push(...those)
  }
  const on: string[] = []
  for (const name of ['ann', 'bob', 'cyd', 'dan'] as const) {
    const user = await directory().store.users.find(world[name])
    if (user?.active && named.includes(name)) on.push(name)
    if (user && on.includes(name)) {
      const [member] = await store.members('acme', world.roster).findMany([world[name]])
      expect({ ...what, email: member?.desired.email }).toEqual({ ...what, email: user.profile.email })
    }
  }
  if (record?.scimGroup) expect({ ...what, present: await present(world) }).toEqual({ ...what, present: on })
}

type Work = (deps: ScimDeps, world: World) => Promise<unknown>

const group =
  (
    change: Partial<{ name: string }>,
    delta?: Partial<MembersDelta> | ((world: World) => Partial<MembersDelta>),
  ): Work =>
  (of, world) =>
    changeScimGroup(
      of,
      directory(of.store),
      world.group,
      (known) => ({
        displayName: change.name === undefined ? known.displayName : `${change.name}${world.name}`,
        externalId: null,
      }),
      delta && members(typeof delta === 'function' ? delta(world) : delta),
    )
const user =
  (who: 'ann' | 'dan', change: (user: ScimUser) => ScimUserDraft): Work =>
  (of, world) =>
    changeScimUser(of, directory(of.store), world[who], change)
const switched = (active: boolean) => (known: ScimUser) => ({ ...known, active })
const renamed = (known: ScimUser) => ({ ...known, profile: { ...known.profile, email: `new-${known.userName}@x.com` } })

const former = (known: ScimUser) => ({
  ...known,
  profile: { ...known.profile, email: `${known.userName}@example.com` },
})
const deleteAnn: Work = (of, { ann }) => deleteScimUser(of, directory(of.store), ann)
const deleteGroup: Work = (of, { group: id }) => deleteScimGroup(of, directory(of.store), id)

/** What is asked, and who is on the roster in the end. */
const CASES: [name: string, work: Work, ends: string[]][] = [
  ['PATCH adds', group({}, ({ dan }) => ({ add: new Set([dan]) })), ['ann', 'bob', 'cyd', 'dan']],
  ['PATCH takes out', group({}, ({ bob, cyd }) => ({ remove: new Set([bob, cyd]) })), ['ann']],
  [
    'PATCH adds and takes out',
    group({}, ({ dan, bob }) => ({ add: new Set([dan]), remove: new Set([bob]) })),
    ['ann', 'cyd', 'dan'],
  ],
  ['PUT', group({}, ({ ann, dan }) => ({ isWhole: true, add: new Set([ann, dan]) })), ['ann', 'dan']],
  ['PUT renames the group', group({ name: 'renamed' }), ['ann']],
  ['DELETE of the group', deleteGroup, ['ann']],
  ['a user is switched off', user('ann', switched(false)), ['bob', 'cyd']],
  ['a user has another address', user('ann', renamed), ['ann', 'bob', 'cyd']],
  ['DELETE of a user', deleteAnn, ['bob', 'cyd']],
  ['a roster is bound to another group', (of, { roster, name }) => bind(of, roster, `other-${name}`), ['cyd', 'dan']],
  ['a roster is unbound', (of, { roster }) => bind(of, roster, null), ['ann', 'bob', 'cyd']],
]

it.each(CASES)(
  '%s: whichever write its process died before, it is finished by another, and sent again it ends as asked',
  async (name, work, ends) => {
    let deaths = 0
    for (let at = 0; ; at++) {
      const [left, repeated] = [await makeWorld(), await makeWorld()]
      const died = await diesAt(redis, at, (process) => work(depsOf(createStore(process.redis)), left))
      await finish()
      await isConsistent(left, { name, at })
      if (!died) {
        expect({ at, present: await present(left) }).toEqual({ at, present: ends })
        break
      }
      deaths++
      await diesAt(redis, at, (process) => work(depsOf(createStore(process.redis)), repeated))
      await work(deps, repeated)
      await finish()
      await isConsistent(repeated, { name, at, repeated: true })
      expect({ at, present: await present(repeated) }).toEqual({ at, present: ends })
    }
    expect(deaths).toBeGreaterThan(2)
  },
  120_000,
)

/** What comes after the case's own request, while a process that had begun it stands still; and who is on the roster then. */
const NEWER: [name: string, late: Work, newer: Work, ends: string[]][] = [
  [
    'one who was put in is taken out',
    group({}, ({ dan }) => ({ add: new Set([dan]) })),
    group({}, ({ dan }) => ({ remove: new Set([dan]) })),
    ['ann', 'bob', 'cyd'],
  ],
  [
    'one who was taken out is put in',
    group({}, ({ bob }) => ({ remove: new Set([bob]) })),
    group({}, ({ bob }) => ({ add: new Set([bob]) })),
    ['ann', 'bob', 'cyd'],
  ],
  [
    'one who was switched off is switched on',
    user('ann', switched(false)),
    user('ann', switched(true)),
    ['ann', 'bob', 'cyd'],
  ],
  ['one who has a new address has the former one', user('ann', renamed), user('ann', former), ['ann', 'bob', 'cyd']],
  ['one who has a new address is deleted', user('ann', renamed), deleteAnn, ['bob', 'cyd']],
  ['one who was switched off is deleted', user('ann', switched(false)), deleteAnn, ['bob', 'cyd']],
  ['a group that was renamed has its former name', group({ name: 'x' }), group({ name: '' }), ['ann', 'bob', 'cyd']],
  ['a group that was renamed is deleted', group({ name: 'x' }), deleteGroup, ['ann']],
  [
    'a list is replaced by another',
    group({}, ({ ann, dan }) => ({ isWhole: true, add: new Set([ann, dan]) })),
    group({}, ({ ann, bob }) => ({ isWhole: true, add: new Set([ann, bob]) })),
    ['ann', 'bob'],
  ],
  [
    'a list is replaced, and one whom it left out is put in',
    group({}, ({ ann }) => ({ isWhole: true, add: new Set([ann]) })),
    group({}, ({ dan, bob }) => ({ add: new Set([dan, bob]) })),
    ['ann', 'bob', 'dan'],
  ],
  [
    'some are put in and others taken out, and it is turned round',
    group({}, ({ dan, bob }) => ({ add: new Set([dan]), remove: new Set([bob]) })),
    group({}, ({ dan, bob }) => ({ add: new Set([bob]), remove: new Set([dan]) })),
    ['ann', 'bob', 'cyd'],
  ],
  [
    'some are put in and others taken out, and a list is sent',
    group({}, ({ dan, bob }) => ({ add: new Set([dan]), remove: new Set([bob]) })),
    group({}, ({ ann, bob }) => ({ isWhole: true, add: new Set([ann, bob]) })),
    ['ann', 'bob'],
  ],
  [
    'a list is replaced, and the group is deleted',
    group({}, ({ ann, dan }) => ({ isWhole: true, add: new Set([ann, dan]) })),
    deleteGroup,
    ['ann'],
  ],
]

it.each(NEWER)(
  '%s: whoever comes late with what was asked before undoes nothing of that',
  async (name, late, newer, ends) => {
    let lags = 0
    for (let at = 1; ; at++) {
      const world = await makeWorld()
      const lagged = await lagsAt(
        redis,
        at,
        (process) => late(depsOf(createStore(process.redis)), world),
        (process) => newer(depsOf(createStore(process.redis)), world),
      )
      if (!lagged) break
      lags++
      await finish()
      await isConsistent(world, { name, at })
      expect({ at, present: await present(world) }).toEqual({ at, present: ends })
    }
    expect(lags).toBeGreaterThan(1)
  },
  120_000,
)

it.each<[name: string, people: string[], work: Work]>([
  ['a PUT without anybody', ['ann', 'bob', 'cyd'], group({}, { isWhole: true })],
  ['a PUT without the last one', ['ann'], group({}, { isWhole: true })],
  ['DELETE of the only group', ['ann', 'bob', 'cyd'], deleteGroup],
])(
  '%s is held once, whichever write its process died before, and its approval takes out whom it names',
  async (name, people, work) => {
    for (let at = 0; ; at++) {
      const world = await makeWorld()
      await deleteScimGroup(deps, directory(), world.more)
      for (const who of people.length === 1 ? (['bob', 'cyd'] as const) : [])
        await group({}, { remove: new Set([world[who]]) })(deps, world)
      const died = await diesAt(redis, at, (process) => work(depsOf(createStore(process.redis)), world))
      await finish()
      if ((await inGroup(world, world.group)).length > 0) {
        expect(died).toBe(true)
        continue
      }
      expect({ name, at, present: await present(world) }).toEqual({ name, at, present: people })
      const roster = (await store.rosters.find(world.roster)) as Roster
      const held = await store.lane('acme').reconciliations.listHeld(world.roster)
      expect({ name, at, held: held.map(({ plan }) => plan?.remove) }).toEqual({ name, at, held: [people.length] })
      await approveReconciliation(deps, { roster, id: held[0]?.id ?? '', by: 'ops', reason: null })
      await finish()
      expect({ name, at, present: await present(world) }).toEqual({ name, at, present: [] })
      if (!died) break
    }
  },
  120_000,
)

/** Who may be in a group that was made of many. */
async function makePeople(world: World, count: number): Promise<string[]> {
  const people = [world.ann, world.bob, world.cyd, world.dan]
  for (let at = people.length; at < count; at++) {
    const user = await createScimUser(deps, directory(), draft(`p${at}-${world.name}`))
    if (user === 'taken') throw new Error('taken')
    people.push(user.id)
  }
  return people
}

const idsIn = async (group: string) => {
  const ids: string[] = []
  for await (const page of directory().store.membersOf(group)) ids.push(...page)
  return ids.sort()
}

it.each([
  ['a few people', 4],
  ['more than one step takes', 501],
])(
  'a group of %s that is sent again is there with all of them, whichever write its process died before',
  async (_many, count) => {
    for (let at = 0; ; at++) {
      const world = await makeWorld()
      await bind(deps, world.roster, `made-${world.name}`)
      const people = await makePeople(world, count)
      const made = { displayName: `made-${world.name}`, externalId: null }
      const died = await diesAt(redis, at, (process) => {
        const of = depsOf(createStore(process.redis))
        return createScimGroup(of, directory(of.store), made, new Set(people))
      })
      const again = await createScimGroup(deps, directory(), made, new Set(people))
      const [group] = await directory().store.groups.findBy('name', made.displayName)
      expect({ at, isThere: group !== undefined }).toEqual({ at, isThere: true })
      if (again === 'taken') expect({ at, died }).toEqual({ at, died: false })
      else expect({ at, id: again.id }).toEqual({ at, id: group?.id })
      expect({ at, in: (await idsIn(group?.id ?? '')).length }).toEqual({ at, in: count })
      await finish()
      const members = await store.members('acme', world.roster).findMany(people)
      expect({ at, on: members.filter((one) => one?.desired.present).length }).toEqual({ at, on: count })
      expect(await createScimGroup(deps, directory(), made, new Set([world.ann]))).toBe('taken')
      if (!died) break
    }
  },
  120_000,
)

it('a group that is sent again, and then loses somebody: whoever comes late with the first one puts nobody back', async () => {
  for (let at = 0; ; at++) {
    const world = await makeWorld()
    const made = { displayName: `made-${world.name}`, externalId: `id-${world.name}` }
    const create = (of: ScimDeps) =>
      createScimGroup(of, directory(of.store), made, new Set([world.ann, world.bob, world.cyd]))
    const lagged = await lagsAt(
      redis,
      at,
      (process) => create(depsOf(createStore(process.redis))),
      async (process) => {
        const of = depsOf(createStore(process.redis))
        await create(of)
        const [group] = await directory(of.store).store.groups.findBy('externalId', made.externalId)
        await changeScimGroup(
          of,
          directory(of.store),
          group?.id ?? '',
          (one) => one,
          members({ remove: new Set([world.bob]) }),
        )
      },
    )
    if (!lagged) break
    const groups = await directory().store.groups.findBy('externalId', made.externalId)
    expect({ at, groups: groups.length }).toEqual({ at, groups: 1 })
    expect({ at, in: await inGroup(world, groups[0]?.id ?? '') }).toEqual({ at, in: ['ann', 'cyd'] })
    await finish()
  }
})

it('a group that its provider found and changed is not made once more by the request that made it', async () => {
  for (let at = 0; ; at++) {
    const world = await makeWorld()
    const made = { displayName: `made-${world.name}`, externalId: null }
    const create = (of: ScimDeps) => createScimGroup(of, directory(of.store), made, new Set([world.ann, world.bob]))
    const died = await diesAt(redis, at, (process) => create(depsOf(createStore(process.redis))))
    const [group] = await directory().store.groups.findBy('name', made.displayName)
    if (group) {
      const only = members({ isWhole: true, add: new Set([world.dan]) })
      await changeScimGroup(deps, directory(), group.id, (one) => one, only)
      expect({ at, again: await create(deps) }).toEqual({ at, again: 'taken' })
      expect({ at, in: await inGroup(world, group.id) }).toEqual({ at, in: ['dan'] })
    }
    await finish()
    if (!died) break
  }
})

it('a user that is sent again is there once, as sent, whichever write its process died before', async () => {
  for (let at = 0; ; at++) {
    const sent = draft(`made-again-${at}`)
    const died = await diesAt(redis, at, (process) => {
      const of = depsOf(createStore(process.redis))
      return createScimUser(of, directory(of.store), sent)
    })
    const again = await createScimUser(deps, directory(), sent)
    // A provider looks for whom it is told of as there already.
    const found = await directory().store.users.findBy('name', sent.userName)
    expect(found).toMatchObject([sent])
    if (again !== 'taken') expect(found[0]?.id).toBe(again.id)
    if (!died) break
  }
})

it.each([
  ['one who is put into a group', group({}, ({ dan }) => ({ add: new Set([dan]) }))],
  ['a list', group({}, ({ ann, dan }) => ({ isWhole: true, add: new Set([ann, dan]) }))],
  ['a user who has another address', user('ann', renamed)],
  ['a user who is deleted', deleteAnn],
])(
  '%s: whoever comes late with it tells nothing to a roster that was made anew and names no group',
  async (_, work) => {
    for (let at = 0; ; at++) {
      const world = await makeWorld()
      const before = (await store.rosters.find(world.roster)) as Roster
      const lagged = await lagsAt(
        redis,
        at,
        (process) => work(depsOf(createStore(process.redis)), world),
        async (process) => {
          const of = createStore(process.redis)
          await of.forgetRoster(before)
          await of.enterRoster({ ...before, scimGroup: null, createdAt: before.createdAt + 1_000 })
        },
      )
      if (!lagged) break
      await finish()
      const { records } = await store.members('acme', world.roster).scan('0')
      expect({ at, members: records.map(({ id }) => id) }).toEqual({ at, members: [] })
    }
  },
)

/** Makes a roster as a PUT does, with the group that it names; `between`: what others do just before. */
const makeRosterOf = (of: ScimDeps, roster: Roster, between: () => Promise<void> = async () => {}) =>
  bindScimGroup(of, roster.id, roster.scimGroup, async () => {
    await between()
    if (!(await of.store.groups.claim(roster))) throw new Error('The group is taken.')
    return insertRoster(of.store, roster)
  })

it.each(['nobody', 'another process, which finishes what others left'])(
  'a roster that is made of a group has its people, whichever write its process died before, where %s looks meanwhile',
  async (who) => {
    for (let at = 0; ; at++) {
      const world = await makeWorld()
      const id = `made-${at}-${world.name}`
      const roster = makeRoster({ id, group: { id: `g-${id}`, name: id }, scimGroup: world.name })
      const between = async () => {
        if (who === 'nobody') return
        await redis.del(globalKeys.task('scim'))
        await finishScim(deps)
      }
      const died = await diesAt(redis, at, (process) =>
        makeRosterOf(depsOf(createStore(process.redis)), roster, between),
      )
      await finish()
      const isMade = (await store.rosters.find(id)) !== undefined
      expect({ at, isMade: isMade || died }).toEqual({ at, isMade: true })
      expect({ at, present: await present({ ...world, roster: id }) }).toEqual({
        at,
        present: isMade ? ['ann', 'bob', 'cyd'] : [],
      })
      if (isMade && !died) break
      // Sent again, it is made and has them.
      if (!isMade) await makeRosterOf(deps, roster)
      else await bind(deps, id, world.name)
      await finish()
      expect({ at, present: await present({ ...world, roster: id }) }).toEqual({ at, present: ['ann', 'bob', 'cyd'] })
    }
  },
  60_000,
)
