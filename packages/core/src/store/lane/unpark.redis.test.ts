import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createLaneStore } from './lane-store.ts'

const PARKED = 70_000
const BULK = 35_000

const { redis } = await withRedis()

it('records the work of any number of parked members again, as urgent as it was, and of each once', async () => {
  const keys = laneKeys('acme')
  const { parked, parkedBulk } = keys.roster('gold')
  for (const [key, count] of [
    [parked, PARKED],
    [parkedBulk, BULK],
  ] as const) {
    for (let at = 0; at < count; at += 5_000)
      await redis.sadd(key, ...Array.from({ length: 5_000 }, (_, nth) => `${key === parked ? 'm' : 'b'}-${at + nth}`))
  }
  await redis.sadd(keys.roster('silver').parked, 'other')
  const lane = createLaneStore(redis, 'acme')
  expect(await lane.unpark('gold')).toEqual({ members: PARKED + BULK, leased: false })
  expect(await redis.exists(parked, parkedBulk)).toBe(0)
  expect(await redis.zcard(keys.outboxInteractive)).toBe(PARKED)
  expect(await redis.zcard(keys.outboxBulk)).toBe(BULK)
  expect(await redis.scard(keys.roster('silver').parked)).toBe(1)
  expect(await lane.unpark('gold')).toEqual({ members: 0, leased: false })
})
