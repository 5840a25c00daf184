import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys, queueKeys } from '../keys.ts'
import { createMembers } from '../member/members.ts'
import { createLaneWork } from './lane-work.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const queue = queueKeys('acme')
const work = () => createLaneWork(redis, keys, 'acme')
const item = (member: string) => ({ ref: `m-${member}`, roster: 'gold', member })

it('it is known whose job a ref is before the job is made, and where that job is', async () => {
  await redis.hset(`${queue.jobs}m-lee`, 'data', '{}')
  await redis.lpush(queue.active, 'm-lee')
  expect(await work().openPlaces([item('ann'), item('lee')])).toEqual([
    { state: 'none', id: '' },
    { state: 'active', id: 'm-lee' },
  ])
  expect(await work().readWork(['m-ann', 'm-nobody'])).toEqual([
    { roster: 'gold', member: 'ann', fresh: 0, invite: 0 },
    null,
  ])
  // Recorded again: the process that makes its job relies on it.
  await redis.zadd(keys.outboxBulk, 1, 'gold\0ann')
  await work().dropWork(['m-ann'])
  expect(await work().readWork(['m-ann'])).toMatchObject([{ member: 'ann' }])
  await redis.del(keys.outboxBulk)
  await work().dropWork(['m-ann'])
  expect(await work().readWork(['m-ann'])).toEqual([null])
})

it('jobs that are over are forgotten, and no others', async () => {
  await redis.zadd(queue.failed, 1, 'm-ann')
  await redis.hset(`${queue.jobs}m-ann`, 'data', '{}')
  await redis.lpush(queue.wait, 'm-lee')
  expect(await work().forgetJobs(['m-ann', 'm-lee'])).toBe(1)
  expect([await redis.exists(`${queue.jobs}m-ann`), await redis.llen(queue.wait)]).toEqual([0, 1])
})

it('work is asked for of a member who is there, of a roster that is in the lane', async () => {
  const entry = { t: 1, k: 'invitation', o: 'console' } as const
  const request = { ...item('ann'), flag: 'invite', entry, priority: 'now' } as const
  expect(await work().requestWork(request)).toEqual({ found: false, leased: false, waitMs: 0 })
  await redis.sadd(keys.rosters, 'gold')
  expect(await work().requestWork(request)).toEqual({ found: false, leased: false, waitMs: 0 })
  expect(await createMembers(redis, 'acme', 'gold').find('ann')).toBeUndefined()
  await redis.hset(keys.roster('gold').desired, 'ann', '{}')
  expect(await work().requestWork(request)).toEqual({ found: true, leased: false, waitMs: 0 })
  expect(await work().readWork(['m-ann'])).toMatchObject([{ member: 'ann', invite: 1 }])
  expect(await redis.zcard(keys.outboxNow)).toBe(1)
})
