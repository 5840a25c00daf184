import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createMemberLinks } from './member-links.ts'

const { redis } = await withRedis()
const lane = laneKeys('acme')

it('a member has one mark until it is void, and who is not a member here has none', async () => {
  const links = createMemberLinks(redis, 'acme', 'gold')
  await redis.hset(lane.roster('gold').desired, 'ann', '{}')
  expect(await links.findOrSet('ann', 'm-0')).toBe(null)
  await redis.sadd(lane.rosters, 'gold')
  expect(await links.findOrSet('bob', 'm-0')).toBe(null)
  expect([await links.findOrSet('ann', 'm-1'), await links.findOrSet('ann', 'm-2')]).toEqual(['m-1', 'm-1'])
  await links.void(['ann'])
  expect(await links.find('ann')).toBe(null)
  expect(await links.findOrSet('ann', 'm-3')).toBe('m-3')
})
