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

it('is recorded with those that end meanwhile, in few steps, and each is told of its own', async () => {
  await store.enterRoster(gold)
  const lane = createLaneStore(redis, 'acme')
  const { desired, observed, activity } = laneKeys('acme').roster('gold')
  const members = Array.from({ length: 60 }, (_, at) => `m-${at}`)
  await redis.hset(desired, Object.fromEntries(members.map((member) => [member, '2 1 1 1 0 1[null,null,null]'])))
  await redis.hdel(desired, 'm-1')
  await lane.open('token', 15_000)
  await redis.config('RESETSTAT')
  const testerIdsOf = (member: string) => new Map([[`${member}@example.com`, `t-${member}`]])
  const answers = await Promise.all(
    members.map((member, at) =>
      lane.recordOutcome('token', {
        ...outcome,
        member,
        ref: `ref-${member}`,
        version: member === 'm-2' ? 7 : 1,
        testerIds: at % 2 === 0 ? testerIdsOf(member) : new Map(),
      }),
    ),
  )
  const counted = /^cmdstat_evalsha:calls=(\d+)/m.exec(await redis.info('commandstats'))
  expect(Number(counted?.[1])).toBeLessThanOrEqual(3)
  const rest = members.slice(3).map(() => 'recorded')
  expect(answers).toEqual(['recorded', 'gone', 'newer', ...rest])
  expect(await redis.hlen(observed)).toBe(59)
  expect(await redis.xlen(activity)).toBe(59)
  const addresses = members.map((member) => `${member}@example.com`)
  const known = await lane.testerIds(gold.app.id, addresses)
  expect(known).toEqual(new Map(members.flatMap((member, at) => (at % 2 === 0 ? [...testerIdsOf(member)] : []))))
})

it('keeps nobody from being recorded whose company cannot be', async () => {
  await store.enterRoster(gold)
  const lane = createLaneStore(redis, 'acme')
  const { desired } = laneKeys('acme').roster('gold')
  const members = ['ann', 'bob', 'cat']
  await redis.hset(desired, Object.fromEntries(members.map((member) => [member, '2 1 1 1 0 1[null,null,null]'])))
  await redis.hset(laneKeys('acme').work, 'ref-bob', 'no JSON')
  await lane.open('token', 15_000)
  const ends = await Promise.allSettled(
    members.map((member) => lane.recordOutcome('token', { ...outcome, member, ref: `ref-${member}` })),
  )
  expect(ends.map((end) => (end.status === 'fulfilled' ? end.value : 'failed'))).toEqual([
    'recorded',
    'failed',
    'recorded',
  ])
})
