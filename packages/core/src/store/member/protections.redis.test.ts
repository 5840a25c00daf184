import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createProtections } from './protections.ts'

const { redis } = await withRedis()

it('a member who is there is protected once, with one line in the timeline, until it ends', async () => {
  const of = laneKeys('acme').roster('gold')
  const protections = createProtections(redis, 'acme', 'gold')
  const by = { at: 5, by: 'user:ann' }
  expect(await protections.put('u-1', by, 'a line')).toBe('missing')
  await redis.hset(of.desired, 'u-1', '{}')
  expect(await protections.put('u-1', by, 'a line')).toBe('changed')
  expect(await protections.put('u-1', { at: 9, by: 'user:lee' }, 'another line')).toBe('same')
  expect(await protections.among(['u-1', 'u-2'])).toEqual(new Map([['u-1', by]]))
  expect(await redis.hget(of.timeline, 'u-1')).toBe('a line')
  expect(await protections.put('u-1', null, 'the end')).toBe('changed')
  expect(await protections.put('u-1', null, 'the end')).toBe('same')
  expect(await protections.all()).toEqual(new Set())
})
