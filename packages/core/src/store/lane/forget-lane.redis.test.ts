import { expect, it } from 'vitest'
import { withRedis } from '../../../testing/with-redis.ts'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { laneKeys, queueKeys, queueName, queuePrefix } from '../keys.ts'
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

const root = `${queuePrefix('acme')}:`
const STAYS = [
  keys.facts,
  keys.telling,
  keys.sequences,
  keys.erasures,
  keys.lease,
  keys.promised,
  keys.born,
  keys.closing,
  `${root}${queueName('acme')}:meta`,
  keys.roster('gold').desired,
  keys.arriving('gold'),
]
const GOES = [
  keys.lane,
  keys.budget,
  keys.schedule,
  keys.work,
  keys.outboxNow,
  keys.outboxBulk,
  keys.reconciliations,
  keys.seats('1234'),
  keys.testersOf('1234', 7),
  keys.marks(5),
  keys.removedShares,
  keys.kept('groups'),
  queueKeys('acme').wait,
  queueKeys('acme').job('ref'),
  queueKeys('acme').failed,
]

const write = (key: string) => (key === keys.lane ? redis.hset(key, 'paused', '1') : redis.set(key, '1'))

it.each(STAYS)('leaves %s, and nothing else', async (stays) => {
  for (const key of [...GOES, stays]) await write(key)
  await forgetLane(redis, 'acme', 0)
  expect(await redis.keys(`${root}*`)).toEqual([stays])
})

it('says that there is something to forget until all is forgotten, whoever dies on the way', async () => {
  const jobs = Array.from({ length: 1_100 }, (_, at) => queueKeys('acme').job(`ref-${at}`))
  for (const last of [keys.lane, keys.budget, keys.schedule]) {
    for (let at = 0; ; at++) {
      for (const key of [...jobs, last]) await write(key)
      const died = await diesAt(redis, at, (process) => forgetLane(process.redis, 'acme', 0))
      const left = await redis.keys(`${root}*`)
      expect({ at, isKnown: await isLaneKnown(redis, 'acme') }).toEqual({ at, isKnown: left.length > 0 })
      if (!died) break
    }
  }
})
