import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { BuildNews } from '../../domain/build-watch.ts'
import { globalKeys, laneKeys } from '../keys.ts'
import { createBuilds } from './builds.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const build = { id: 'b-1', version: '2.0', number: '41', expiresAt: null }
const news: BuildNews = { type: 'build.available', roster: 'gold', build, at: 5 }

it('what upstream is told of builds is numbered and recorded with them, by whoever holds the lease', async () => {
  const builds = createBuilds(redis, 'acme')
  const entry = { roster: 'gold', createdAt: 1, at: 5, memory: null, news: [news, news] }
  await redis.sadd(keys.rosters, 'gold')
  expect(await builds.record('mine', entry)).toBe(false)
  await redis.set(keys.lease, 'mine')
  expect(await builds.record('mine', entry)).toBe(true)
  const facts = (await redis.lrange(keys.facts, 0, -1)).map((json) => JSON.parse(json).sequence)
  expect([facts, await redis.smembers(globalKeys.untold)]).toEqual([[1, 2], ['acme']])
})

it('of a roster that is gone nothing is recorded', async () => {
  await redis.set(keys.lease, 'mine')
  expect(
    await createBuilds(redis, 'acme').record('mine', {
      roster: 'gold',
      createdAt: 1,
      at: 5,
      memory: null,
      news: [news],
    }),
  ).toBe(true)
  expect(await redis.exists(keys.facts, keys.roster('gold').builds)).toBe(0)
})
