import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { toStatusCounts } from '../../domain/member.ts'
import { laneKeys } from '../keys.ts'
import { createRosterHistory } from './roster-history.ts'

const { redis } = await withRedis()

it('samples come back as they were, the oldest first, and of a roster that is not in the lane there are none', async () => {
  const history = createRosterHistory(redis, 'acme', 'gold')
  const samples = [1, 2].map((at) => ({ at, counts: toStatusCounts([at, 2 * at]) }))
  await history.add(samples[0]!)
  expect([await history.list(), await history.last()]).toEqual([[], undefined])
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  for (const sample of samples) await history.add(sample)
  expect([await history.list(), await history.last()]).toEqual([samples, samples[1]])
})
