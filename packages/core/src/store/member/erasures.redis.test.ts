import { expect, it } from 'vitest'
import { NOTHING_OBSERVED } from '../../domain/member.ts'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { laneKeys } from '../keys.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createErasures } from './erasures.ts'
import { createMemberLinks } from './member-links.ts'
import { createMembers } from './members.ts'
import { formatTesterId, testerPlace } from './testers.ts'
import { createTraces } from './traces.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const record = (kind: 'join' | 'leave') =>
  recordChanges(redis, {
    teamKey: 'acme',
    dedupMs: 1_000,
    changes: [
      {
        roster: 'gold',
        member: 'u-1',
        kind,
        email: kind === 'join' ? 'ann@example.com' : undefined,
        firstName: undefined,
        lastName: undefined,
        time: undefined,
        priority: 'interactive',
        digest: undefined,
        timelineEntry: '',
      },
    ],
  })

it('a member is forgotten with every trace, by whoever holds the lease, as they were read', async () => {
  await redis.sadd(keys.rosters, 'gold')
  await record('join')
  await record('leave')
  const erasures = createErasures(redis, 'acme')
  const members = createMembers(redis, 'acme', 'gold')
  const asRead = await members.find('u-1')
  if (!asRead) throw new Error('The member was recorded.')
  const member = { roster: 'gold', appId: '1234', ref: 'm-1', record: asRead }
  expect(await erasures.eraseMember('mine', member)).toBe('lost')
  await redis.set(keys.lease, 'mine')
  await record('join')
  expect(await erasures.eraseMember('mine', member)).toBe('kept')
  await record('leave')
  const newest = await members.find('u-1')
  if (!newest) throw new Error('The member is there.')
  expect(await erasures.eraseMember('mine', { ...member, record: newest })).toBe('erased')
  expect(await members.find('u-1')).toBeUndefined()
  const left = await Promise.all((await redis.keys('*')).map((key) => redis.dump(key)))
  expect(left.join()).not.toContain('ann@example.com')
})

it('links and traces go in the very step in which the member goes: one that was made a moment before is no good afterwards', async () => {
  for (let at = 0; ; at++) {
    await redis.flushall()
    await redis.sadd(keys.rosters, 'gold')
    await record('join')
    await record('leave')
    const asRead = (await createMembers(redis, 'acme', 'gold').find('u-1'))!
    await createMemberLinks(redis, 'acme', 'gold').findOrSet('u-1', 'mark')
    await createTraces(redis, 'acme').note([{ roster: 'gold', member: 'u-1' }], 'first')
    const member = { roster: 'gold', appId: '1234', ref: 'm-1', record: asRead }
    await redis.set(keys.lease, 'mine')
    const died = await diesAt(redis, at, (process) => createErasures(process.redis, 'acme').eraseMember('mine', member))
    const isThere = (await redis.exists(keys.roster('gold').desired)) === 1
    const left = [await redis.exists(keys.roster('gold').links), await redis.exists(keys.traces)]
    expect({ at, isThere, left }).toEqual({ at, isThere: died && isThere, left: isThere ? [1, 1] : [0, 0] })
    if (!died) break
  }
})

it('who came back meanwhile has no link of before', async () => {
  const links = createMemberLinks(redis, 'acme', 'gold')
  await redis.sadd(keys.rosters, 'gold')
  await record('join')
  expect(await links.findOrSet('u-1', 'mark')).toBe('mark')
  await createErasures(redis, 'acme').dropHistory('gold', 'u-1')
  expect(await links.find('u-1')).toBeNull()
})

/** Every key, with what it holds. */
async function dump(): Promise<(readonly [key: string, text: string])[]> {
  const read: Record<string, (key: string) => Promise<unknown>> = {
    hash: (key) => redis.hgetall(key),
    zset: (key) => redis.zrange(key, '0', '-1'),
    set: (key) => redis.smembers(key),
    string: (key) => redis.get(key),
  }
  const found = await redis.keys('*')
  return Promise.all(
    found.map(async (key) => [key, `${key} ${JSON.stringify(await read[await redis.type(key)]?.(key))}`] as const),
  )
}

it('wherever a member waited, and whatever address its testers were kept by, nothing is left', async () => {
  const of = keys.roster('gold')
  await redis.sadd(keys.rosters, 'gold')
  await record('join')
  await record('leave')
  const members = createMembers(redis, 'acme', 'gold')
  const before = await members.find('u-1')
  await record('join')
  await record('leave')
  const newest = await members.find('u-1')
  if (!before || !newest) throw new Error('The member was recorded.')
  const former = [{ email: 'Old@example.com', at: 1 }]
  const observed = { ...NOTHING_OBSERVED, converged: newest.desired.version, leaving: ['Gone@example.com'], former }
  const addresses = ['ann@example.com', 'old@example.com', 'gone@example.com']
  for (const address of addresses) {
    const { key, field } = testerPlace(keys, '1234', address)
    await redis.hset(key, field, formatTesterId('tester-1'))
  }
  const word = 'gold\0u-1'
  for (const outbox of [keys.outboxNow, keys.outboxInteractive, keys.outboxBulk]) await redis.zadd(outbox, 1, word)
  for (const parked of [of.parked, of.parkedBulk]) await redis.sadd(parked, 'u-1')
  await redis.zadd(of.seatLine, 1, 'u-1')
  await redis.hset(keys.work, 'm-1', '{}')
  for (const hash of [of.protections, of.sightings, of.usages]) await redis.hset(hash, 'u-1', '{}')
  await createTraces(redis, 'acme').note([{ roster: 'gold', member: 'u-1' }], 'trace')
  await redis.set(keys.lease, 'mine')
  const erasures = createErasures(redis, 'acme')
  const member = { roster: 'gold', appId: '1234', ref: 'm-1', record: { ...newest, observed } }
  // Who left once more is not who was read.
  expect(await erasures.eraseMember('mine', { ...member, record: before })).toBe('kept')
  expect(await erasures.eraseMember('mine', member)).toBe('erased')
  const words = ['u-1', 'm-1', ...addresses]
  const left = (await dump()).filter(([, text]) => words.some((one) => text.toLowerCase().includes(one)))
  expect(left.map(([key]) => key)).toEqual([])
  // Kept by a digest of the address.
  const places = addresses.map((address) => testerPlace(keys, '1234', address))
  expect(await Promise.all(places.map(({ key, field }) => redis.hexists(key, field)))).toEqual([0, 0, 0])
})

it('an erasure is kept with its task until it ends', async () => {
  const erasures = createErasures(redis, 'acme')
  const erasure = {
    v: 1,
    id: 'e-1',
    roster: 'gold',
    members: ['u-1'],
    email: 'ann@example.com',
    requestedAt: 7,
  } as const
  await erasures.begin({ ...erasure, members: ['u-1'] }, 'erase:e-1')
  expect([await erasures.find('e-1'), await redis.zscore(keys.schedule, 'erase:e-1')]).toEqual([erasure, '7'])
  await erasures.end('e-1')
  expect(await erasures.find('e-1')).toBeUndefined()
})
