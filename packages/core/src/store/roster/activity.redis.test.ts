import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { formatEntry } from '../../domain/timeline.ts'
import { laneKeys } from '../keys.ts'
import { createActivity } from './activity.ts'

const { redis } = await withRedis()

it('what happened on a roster is read newest first, and what was about a member goes with them', async () => {
  const activity = createActivity(redis, 'acme', 'gold')
  const line = (member: string) => ({ asker: null, member, entry: formatEntry({ t: 5, k: 'joined', o: 'event' }) })
  // Of a roster that is not, or no more, in the lane nothing is kept.
  await activity.add([line('u-0')])
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  await activity.add([line('u-1'), line('u-2')])
  await activity.add([line('u-1')])
  const members = async () =>
    (await activity.read({ to: '+', from: '-', count: 10 })).map((one) => ('member' in one ? one.member : null))
  expect(await members()).toEqual(['u-1', 'u-2', 'u-1'])
  await activity.forget(new Set(['u-1']))
  expect(await members()).toEqual(['u-2'])
})
