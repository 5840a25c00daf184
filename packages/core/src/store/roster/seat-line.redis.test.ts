import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createSeatLine } from './seat-line.ts'

const { redis } = await withRedis()

it('members wait in the order of their changes, keep their places, and whoever is not a member any more has none', async () => {
  const line = createSeatLine(redis, 'acme', 'gold')
  await redis.hset(laneKeys('acme').roster('gold').desired, { ann: '{}', bob: '{}' })
  await line.join('bob', 2)
  await line.join('ann', 1)
  await line.join('ann', 9)
  await line.join('cat', 0)
  const waiting = [
    { member: 'ann', since: 1 },
    { member: 'bob', since: 2 },
  ]
  expect([await line.list(0, 9), await line.count()]).toEqual([waiting, 2])
  expect([await line.leave('ann'), await line.leave('ann'), await line.count()]).toEqual([true, false, 1])
})
