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

/** As it is recorded with work to be done: whoever asked by hand, and what a job is about. */
async function begin(work: object = {}) {
  await store.enterRoster(gold)
  await join()
  const lane = createLaneStore(redis, 'acme')
  await lane.open('token', 15_000)
  await redis.hset(laneKeys('acme').work, 'ref', JSON.stringify({ r: 'gold', m: 'ann', ...work }))
  const { parked, parkedBulk, status } = laneKeys('acme').roster('gold')
  const keptWork = async () => JSON.parse((await redis.hget(laneKeys('acme').work, 'ref')) ?? 'null') as unknown
  const kept = async () => ({
    parked: await redis.smembers(parked),
    bulk: await redis.smembers(parkedBulk),
    isDone: (await redis.zscore(status, 'ann')) !== null,
  })
  return { lane, kept, keptWork }
}

it('parks whoever waits for the roster as urgent as the job was, and nobody of whom something newer is recorded', async () => {
  const { lane, kept, keptWork } = await begin()
  const parks = (change: Partial<Outcome>) => lane.recordOutcome('token', { ...outcome, status: 'pending', ...change })
  expect(await parks({ ending: 'parked', version: 0 })).toBe('newer')
  expect(await kept()).toEqual({ parked: [], bulk: [], isDone: false })
  expect(await keptWork()).toEqual({ r: 'gold', m: 'ann' })
  expect(await parks({ ending: 'parked-bulk' })).toBe('recorded')
  expect(await kept()).toEqual({ parked: [], bulk: ['ann'], isDone: true })
  expect(await parks({ ending: 'parked' })).toBe('recorded')
  expect(await kept()).toEqual({ parked: ['ann'], bulk: ['ann'], isDone: true })
  expect(await keptWork()).toBeNull()
})

it('keeps what was asked by hand while the turn went on, and what was recorded again', async () => {
  const asked = await begin({ invite: 2, fresh: 1 })
  await asked.lane.recordOutcome('token', { ...outcome, met: { fresh: 1, invite: 1 } })
  expect(await asked.keptWork()).toEqual({ r: 'gold', m: 'ann', invite: 1 })
  await asked.lane.recordOutcome('token', { ...outcome, met: { fresh: 0, invite: 1 }, ending: 'later' })
  expect(await asked.keptWork()).toEqual({ r: 'gold', m: 'ann' })
  await asked.lane.recordAgain([{ roster: 'gold', member: 'ann' }])
  await asked.lane.recordOutcome('token', outcome)
  // The process that makes its job relies on it.
  expect(await asked.keptWork()).toEqual({ r: 'gold', m: 'ann' })
  await redis.del(laneKeys('acme').outboxInteractive)
  await asked.lane.recordOutcome('token', outcome)
  expect(await asked.keptWork()).toBeNull()
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
