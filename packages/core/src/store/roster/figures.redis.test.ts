import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NO_USAGE, type Sighting, type Usage, type UsageSummary } from '../../domain/usage.ts'
import { laneKeys } from '../keys.ts'
import { createFigures, forgetFigures } from './figures.ts'

const { redis } = await withRedis()
const phone = { model: 'iPhone17,1', platform: null, osVersion: '26.1', build: null }
const ann: Sighting = { state: 'installed', since: 1_000, inviteType: 'EMAIL', devices: [phone] }
const bob: Sighting = { state: 'invited', since: 2_000, inviteType: null, devices: [] }
const usage: Usage = { sessions: 3, crashes: 1, feedback: 2, days: 30, readAt: 5_000, zeroSince: null, risenAt: 4_000 }
const mine = { token: 'mine', createdAt: 7 }
const summary: UsageSummary = { v: 1, readAt: 5_000, days: 30, triedAt: 5_000, doubt: null }

it('what readings saw of members comes back as it was, member by member, and goes with the member', async () => {
  const figures = createFigures(redis, 'acme', 'gold')
  expect(await figures.standing()).toEqual({ seenAt: null, summary: NO_USAGE })
  await redis.set(laneKeys('acme').lease, 'mine')
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await figures.keepSightings(mine, { at: 3_000, changed: new Map(Object.entries({ ann, bob })), gone: [] })
  await figures.keepUsages(mine, summary, new Map([['ann', usage]]))
  expect(await figures.standing()).toEqual({ seenAt: 3_000, summary })
  expect(await figures.findMany(['bob', 'ann', 'cat'])).toEqual([
    { sighting: bob, usage: null },
    { sighting: ann, usage },
    { sighting: null, usage: null },
  ])
  await figures.keepSightings(mine, { at: 6_000, changed: new Map(), gone: ['bob'] })
  expect([...(await figures.sightings()).keys()]).toEqual(['ann'])
  await forgetFigures(redis, 'acme', 'gold', 'ann')
  expect([(await figures.sightings()).size, (await figures.usages()).size]).toEqual([0, 0])
})

it('a reading that is not believed leaves the figures of before; a worker that lost the lease changes none', async () => {
  const figures = createFigures(redis, 'acme', 'gold')
  await redis.set(laneKeys('acme').lease, 'mine')
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await figures.keepUsages(mine, summary, new Map([['ann', usage]]))
  await figures.keepUsages(mine, { ...summary, triedAt: 9_000, doubt: 'empty' }, null)
  expect([...(await figures.usages())]).toEqual([['ann', usage]])
  await figures.noteSessions(mine, { at: 1, perWeek: 12 })
  expect(await figures.sessionHistory()).toEqual([{ at: 1, perWeek: 12 }])
  await expect(figures.keepUsages({ ...mine, token: 'other' }, summary, new Map())).rejects.toMatchObject({
    code: 'lease_lost',
  })
  expect((await figures.standing()).summary.doubt).toBe('empty')
  await figures.dropUsages(mine, NO_USAGE)
  expect([(await figures.usages()).size, (await figures.standing()).summary]).toEqual([0, NO_USAGE])
})

it('of a roster that has left the lane, or was made anew, nothing is kept', async () => {
  const figures = createFigures(redis, 'acme', 'gold')
  await redis.set(laneKeys('acme').lease, 'mine')
  const keepAll = async () => {
    await figures.keepSightings(mine, { at: 3_000, changed: new Map(Object.entries({ ann })), gone: [] })
    await figures.keepUsages(mine, summary, new Map([['ann', usage]]))
    await figures.noteSessions(mine, { at: 1, perWeek: 12 })
    return redis.keys('*roster:gold:*')
  }
  expect(await keepAll()).toEqual([])
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await redis.hset(laneKeys('acme').born, 'gold', 8)
  expect(await keepAll()).toEqual([])
  await redis.hset(laneKeys('acme').born, 'gold', 7)
  expect(await keepAll()).toHaveLength(4)
})
