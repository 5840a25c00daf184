import { expect, it } from 'vitest'
import { diesAt, lagsAt } from '../../../testing/dies-or-lags.ts'
import { makeRoster } from '../../../testing/fixtures.ts'
import { bind, depsOf, directoryIn, draft, members, withScimRig, type ScimWorld } from '../../../testing/scim-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, globalKeys } from '../../store/index.ts'
import { insertRoster } from '../rosters/put-roster.ts'
import { changeScimGroup, createScimGroup, createScimUser, bindScimGroup, finishScim, type ScimDeps } from './index.ts'

const { redis, store, deps, makeWorld, present, inGroup, finish } = await withScimRig()

/** Who may be in a group that was made of many. */
async function makePeople(world: ScimWorld, count: number): Promise<string[]> {
  const people = [world.ann, world.bob, world.cyd, world.dan]
  for (let at = people.length; at < count; at++) {
    const user = await createScimUser(deps, directoryIn(store), draft(`p${at}-${world.name}`))
    if (user === 'taken') throw new Error('taken')
    people.push(user.id)
  }
  return people
}

const idsIn = async (group: string) => {
  const ids: string[] = []
  for await (const page of directoryIn(store).store.membersOf(group)) ids.push(...page)
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
        return createScimGroup(of, directoryIn(of.store), made, new Set(people))
      })
      const again = await createScimGroup(deps, directoryIn(store), made, new Set(people))
      const [group] = await directoryIn(store).store.groups.findBy('name', made.displayName)
      expect({ at, isThere: group !== undefined }).toEqual({ at, isThere: true })
      if (again === 'taken') expect({ at, died }).toEqual({ at, died: false })
      else expect({ at, id: again.id }).toEqual({ at, id: group?.id })
      expect({ at, in: (await idsIn(group?.id ?? '')).length }).toEqual({ at, in: count })
      await finish()
      const members = await store.members('acme', world.roster).findMany(people)
      expect({ at, on: members.filter((one) => one?.desired.present).length }).toEqual({ at, on: count })
      expect(await createScimGroup(deps, directoryIn(store), made, new Set([world.ann]))).toBe('taken')
      if (!died) break
    }
  },
)

it('a group that is sent again, and then loses somebody: whoever comes late with the first one puts nobody back', async () => {
  for (let at = 0; ; at++) {
    const world = await makeWorld()
    const made = { displayName: `made-${world.name}`, externalId: `id-${world.name}` }
    const create = (of: ScimDeps) =>
      createScimGroup(of, directoryIn(of.store), made, new Set([world.ann, world.bob, world.cyd]))
    const lagged = await lagsAt(
      redis,
      at,
      (process) => create(depsOf(createStore(process.redis))),
      async (process) => {
        const of = depsOf(createStore(process.redis))
        await create(of)
        const [group] = await directoryIn(of.store).store.groups.findBy('externalId', made.externalId)
        await changeScimGroup(
          of,
          directoryIn(of.store),
          group?.id ?? '',
          (one) => one,
          members({ remove: new Set([world.bob]) }),
        )
      },
    )
    if (!lagged) break
    const groups = await directoryIn(store).store.groups.findBy('externalId', made.externalId)
    expect({ at, groups: groups.length }).toEqual({ at, groups: 1 })
    expect({ at, in: await inGroup(world, groups[0]?.id ?? '') }).toEqual({ at, in: ['ann', 'cyd'] })
    await finish()
  }
})

it('a group that its provider found and changed is not made once more by the request that made it', async () => {
  for (let at = 0; ; at++) {
    const world = await makeWorld()
    const made = { displayName: `made-${world.name}`, externalId: null }
    const create = (of: ScimDeps) => createScimGroup(of, directoryIn(of.store), made, new Set([world.ann, world.bob]))
    const died = await diesAt(redis, at, (process) => create(depsOf(createStore(process.redis))))
    const [group] = await directoryIn(store).store.groups.findBy('name', made.displayName)
    if (group) {
      const only = members({ isWhole: true, add: new Set([world.dan]) })
      await changeScimGroup(deps, directoryIn(store), group.id, (one) => one, only)
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
      return createScimUser(of, directoryIn(of.store), sent)
    })
    const again = await createScimUser(deps, directoryIn(store), sent)
    // A provider looks for whom it is told of as there already.
    const found = await directoryIn(store).store.users.findBy('name', sent.userName)
    expect(found).toMatchObject([sent])
    if (again !== 'taken') expect(found[0]?.id).toBe(again.id)
    if (!died) break
  }
})

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
)
