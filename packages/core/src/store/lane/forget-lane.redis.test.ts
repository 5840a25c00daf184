import { expect, it } from 'vitest'
import { withRedis } from '../../../testing/with-redis.ts'
import { laneKeys } from '../keys.ts'
import { forgetLane, isLaneKnown } from './forget-lane.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')

it('forgets what a lane learnt and what is told to nobody, and keeps what upstream has still to be told', async () => {
  await redis.hset(keys.lane, 'paused', '1')
  await redis.hset(keys.budget, 'spare', '1')
  await redis.zadd(keys.schedule, 1, 'law:acme')
  await redis.hset(keys.work, 'ref', '{}')
  await redis.rpush(keys.facts, 'fact')
  await redis.hset(keys.erasures, 'one', '{}')
  await forgetLane(redis, 'acme', 0)
  expect(await redis.exists(keys.lane, keys.budget, keys.schedule, keys.work)).toBe(0)
  expect(await redis.exists(keys.facts, keys.erasures)).toBe(2)
  expect(await isLaneKnown(redis, 'acme')).toBe(false)
})

it('leaves a lane as it is that serves a roster: whoever comes late takes nothing from a team key made anew', async () => {
  await redis.hset(keys.lane, 'paused', '1')
  await redis.sadd(keys.rosters, 'gold')
  await forgetLane(redis, 'acme', 0)
  expect(await redis.hget(keys.lane, 'paused')).toBe('1')
})
