import { expect, it } from 'vitest'
import { makeRoster } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { laneKeys } from '../keys.ts'
import { createStore } from '../store.ts'
import { createLaneStore } from './lane-store.ts'
import type { Outcome } from './record-outcome.ts'

const { redis } = await withRedis()
const store = createStore(redis)
const gold = makeRoster({ id: 'gold', createdAt: 1_000 })

const outcome: Outcome = {
  roster: gold,
  member: 'ann',
  ref: 'ref',
  met: { fresh: 0, invite: 0 },
  version: 1,
  observed: { ...NOTHING_OBSERVED, converged: 1 },
  status: 'invited',
  entry: { t: 1, k: 'run', c: [], s: 'invited' },
  fact: null,
  ending: 'done',
  testerIds: new Map(),
}

/** Somebody joins, as a worker with the lease knows. */
async function join(): Promise<void> {
  await redis.hset(laneKeys('acme').roster('gold').desired, 'ann', '2 1 1 1 0 1[null,null,null]')
}

it('is of the roster that the turn began with: one that was made anew under its id gets none of it', async () => {
  await store.enterRoster(gold)
  await join()
  const lane = createLaneStore(redis, 'acme')
  await lane.open('token', 15_000)
  expect(await lane.recordOutcome('token', outcome)).toBe('recorded')
  await store.forgetRoster(gold)
  await store.enterRoster({ ...gold, createdAt: 2_000 })
  await join()
  expect(await lane.recordOutcome('token', outcome)).toBe('gone')
  expect(await redis.hgetall(laneKeys('acme').roster('gold').observed)).toEqual({})
  expect(await lane.recordOutcome('token', { ...outcome, roster: { ...gold, createdAt: 2_000 } })).toBe('recorded')
})

it('is none of a member or roster that is not in the lane, nor of a worker that has lost the lease', async () => {
  await store.enterRoster(gold)
  const lane = createLaneStore(redis, 'acme')
  await lane.open('token', 15_000)
  expect(await lane.recordOutcome('token', outcome)).toBe('gone')
  await join()
  expect(await lane.recordOutcome('another', outcome)).toBe('lost')
  await store.lane('acme').roster('gold').leaveLane()
  expect(await lane.recordOutcome('token', outcome)).toBe('gone')
})

it('is told in the activity of its roster in the same step, and among those of all rosters a moment later', async () => {
  await store.enterRoster(gold)
  await join()
  const lane = createLaneStore(redis, 'acme')
  await lane.open('token', 15_000)
  const { activity } = store.lane('acme').roster('gold')
  const lines = () => activity.read({ to: '+', from: '-', count: 10 })
  await lane.recordOutcome('token', { ...outcome, entry: null })
  await lane.recordOutcome('another', outcome)
  expect(await lines()).toEqual([])
  expect(
    await lane.recordOutcome('token', { ...outcome, callMs: [12], testerIds: new Map([['a@example.com', 't1']]) }),
  ).toBe('recorded')
  expect(await lane.recordOutcome('token', { ...outcome, version: 7 })).toBe('newer')
  const [newer, first] = await lines()
  expect([newer, first]).toMatchObject([
    { member: 'ann', callMs: [], asker: null },
    { member: 'ann', callMs: [12], entry: { k: 'run', s: 'invited' } },
  ])
  expect(await lane.testerIds(gold.app.id, ['a@example.com'])).toEqual(new Map([['a@example.com', 't1']]))
  await store.flush()
  const additions = await store.activityAdditions({ to: '+', from: 0, count: 2 })
  expect(additions.map(({ roster, first: from, last }) => [roster, from, last])).toEqual([
    ['gold', newer?.id, newer?.id],
    ['gold', first?.id, first?.id],
  ])
})
