import { afterEach, beforeEach, expect, it } from 'vitest'
import { lagsAt, nextOfMove } from '../../../testing/dies-or-lags.ts'
import { makeTeamKey } from '../../../testing/fixtures.ts'
import { startLaneRig, type LaneRig } from '../../../testing/lane-rig.ts'
import type { Roster } from '../../domain/roster.ts'
import { createSealer } from '../../secrets/index.ts'
import { createStore, type Store } from '../../store/index.ts'
import { deleteRoster } from '../rosters/delete-roster.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { makeMemberLink, openMemberLink } from './link.ts'

let rig: LaneRig
let gold: Roster

beforeEach(async () => {
  rig = await startLaneRig()
  gold = await rig.addRoster()
  await rig.store.teamKeys.put(makeTeamKey({ id: 'second' }))
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const sealer = createSealer({ current: Buffer.alloc(32, 7) })
const depsWith = (store: Store) => ({
  store,
  sealer,
  clock: rig.deps.clock,
  publicUrl: 'https://flightroster.example.com',
})
const make = async (store: Store, roster: Roster) => {
  const { url } = await makeMemberLink(depsWith(store), { roster, member: 'u-1', days: 1 })
  return url.slice(url.lastIndexOf('/') + 1)
}

it('a link that is made while the roster moves is good, or has to be asked for again', async () => {
  let roster = gold
  for (let at = 0; ; at++) {
    await rig.join('u-1', { id: `e-${at}` })
    await rig.redis.del(...(await rig.redis.keys('*:links')), 'none')
    let answer: unknown
    const to = roster.teamKey === 'acme' ? 'second' : 'acme'
    const lagged = await lagsAt(
      rig.redis,
      at,
      async ({ redis }) => {
        answer = await make(createStore(redis), roster).catch((error: { code?: string }) => error.code)
      },
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, to),
    )
    roster = (await rig.store.rosters.find('gold'))!
    if (answer === 'store_unavailable') answer = await make(rig.store, roster)
    expect({ at, id: (await openMemberLink(depsWith(rig.store), String(answer)))?.record.id }).toEqual({
      at,
      id: 'u-1',
    })
    expect(await rig.redis.keys(`*{${roster.teamKey === 'acme' ? 'second' : 'acme'}}*:links`)).toEqual([])
    if (!lagged) break
  }
})

it('a move that comes late to the making of a link brings it along', async () => {
  let roster = gold
  await rig.join('u-1')
  for (let at = 0; ; at = nextOfMove(at)) {
    await rig.redis.del(...(await rig.redis.keys('*:links')), 'none')
    let answer: unknown
    const to = roster.teamKey === 'acme' ? 'second' : 'acme'
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => moveRoster({ ...rig.deps, store: createStore(redis) }, roster, to),
      async ({ redis }) => {
        const store = createStore(redis)
        const now = (await store.rosters.find('gold'))!
        answer = await make(store, now).catch((error: { code?: string }) => error.code)
      },
    )
    roster = (await rig.store.rosters.find('gold'))!
    if (answer === 'store_unavailable') answer = await make(rig.store, roster)
    expect({ at, id: (await openMemberLink(depsWith(rig.store), String(answer)))?.record.id }).toEqual({
      at,
      id: 'u-1',
    })
    if (!lagged) break
  }
})

it('a link that comes late to the deletion of its roster leaves nothing', async () => {
  for (let at = 0; ; at++) {
    const id = `silver-${at}`
    const roster = await rig.addRoster({ id })
    await rig.join('u-1', { roster: id, id: `e-${at}` })
    const lagged = await lagsAt(
      rig.redis,
      at,
      ({ redis }) => make(createStore(redis), roster),
      ({ redis }) => deleteRoster({ ...rig.deps, store: createStore(redis) }, { id, testers: 'keep' }),
    )
    if (!lagged) break
    expect({ at, kept: await rig.redis.keys(`*roster:${id}:*`) }).toEqual({ at, kept: [] })
  }
})
