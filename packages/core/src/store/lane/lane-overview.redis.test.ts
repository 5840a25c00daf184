import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys, queueKeys } from '../keys.ts'
import { oldestWaitingAt, readLaneOverview, readLaneOverviews } from './lane-overview.ts'

const { redis } = await withRedis()

it('a lane nobody has served is empty, and not paused or blocked', async () => {
  expect(await readLaneOverview(redis, 'acme')).toMatchObject({
    paused: false,
    blocked: null,
    waiting: 0,
    active: 0,
    failed: 0,
    held: 0,
    outage: null,
    budget: { limit: null, remaining: null },
  })
  expect(await oldestWaitingAt(redis, 'acme')).toBeNull()
})

it('what is recorded and what is queued counts as waiting, in the order of the team keys asked for', async () => {
  const keys = laneKeys('acme')
  const queue = queueKeys('acme')
  await redis.hset(keys.lane, 'paused', '1', 'blocked', JSON.stringify({ code: 'key_rejected', detail: 'No.', at: 5 }))
  await redis.zadd(keys.outboxInteractive, 7_000, 'gold\0ann')
  await redis.lpush(queue.wait, 'm-1')
  await redis.hset(queue.job('m-1'), 'timestamp', '6000')
  await redis.zadd(queue.prioritized, 1, 'm-2')
  await redis.zadd(queue.failed, 1, 'm-3')
  const [other, acme] = await readLaneOverviews(redis, ['other', 'acme'])
  expect(other).toMatchObject({ teamKey: 'other', waiting: 0 })
  expect(acme).toMatchObject({
    paused: true,
    blocked: { code: 'key_rejected', at: 5 },
    waiting: 3,
    prioritized: 1,
    failed: 1,
  })
  expect(await oldestWaitingAt(redis, 'acme')).toBe(6_000)
})
