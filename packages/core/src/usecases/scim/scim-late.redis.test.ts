import { expect, it } from 'vitest'
import { lagsAt } from '../../../testing/dies-or-lags.ts'
import {
  depsOf,
  group,
  user,
  switched,
  renamed,
  former,
  deleteAnn,
  deleteGroup,
  withScimRig,
  type Work,
} from '../../../testing/scim-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore } from '../../store/index.ts'

const { redis, store, makeWorld, present, finish, isConsistent } = await withScimRig()

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
)

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
