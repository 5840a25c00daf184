import { expect, it } from 'vitest'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import {
  bind,
  depsOf,
  directoryIn,
  group,
  user,
  switched,
  renamed,
  deleteAnn,
  deleteGroup,
  withScimRig,
  type Work,
} from '../../../testing/scim-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore } from '../../store/index.ts'
import { approveReconciliation } from '../reconcile/index.ts'
import { deleteScimGroup } from './index.ts'

const { redis, store, deps, makeWorld, present, inGroup, finish, isConsistent } = await withScimRig()

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
      await deleteScimGroup(deps, directoryIn(store), world.more)
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
)
