import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '@flightroster/core/testing'
import { laneKeys } from '../keys.ts'
import { closeRoster, purgeRoster } from './purge-roster.ts'
import { enterLane, noteBirth } from './roster-lane.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const gold = makeRoster({ createdAt: 1_000 })

async function enter(createdAt: number) {
  await enterLane(redis, 'acme', 'gold')
  await noteBirth(redis, 'acme', { id: 'gold', createdAt })
}

it('a roster leaves its lane with all that was kept of it, and others of the lane stay', async () => {
  await enter(1_000)
  await enterLane(redis, 'acme', 'silver')
  await redis.hset(keys.roster('gold').desired, 'u-1', '{}')
  await redis.zadd(keys.outboxInteractive, 1, 'gold\0u-1', 2, 'silver\0u-1')
  await redis.zadd(keys.schedule, 1, 'reconcile:gold', 2, 'reconcile:silver')
  await purgeRoster(redis, gold)
  expect(await redis.smembers(keys.rosters)).toEqual(['silver'])
  expect(await redis.exists(keys.roster('gold').desired, keys.closing)).toBe(0)
  expect(await redis.zrange(keys.outboxInteractive, '0', '-1')).toEqual(['silver\0u-1'])
  expect(await redis.zrange(keys.schedule, '0', '-1')).toEqual(['reconcile:silver'])
})

it('whoever is late with it does no harm to a roster that was made anew under its id', async () => {
  await enter(2_000)
  await redis.hset(keys.roster('gold').desired, 'u-1', '{}')
  expect(await closeRoster(redis, gold)).toBe(false)
  await purgeRoster(redis, gold)
  expect(await redis.exists(keys.roster('gold').desired)).toBe(1)
})
