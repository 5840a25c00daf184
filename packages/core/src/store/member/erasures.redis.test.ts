import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createErasures } from './erasures.ts'
import { createMembers } from './members.ts'

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
