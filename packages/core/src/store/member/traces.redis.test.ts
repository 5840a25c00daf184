import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createTraces } from './traces.ts'

const [ann, lee] = [
  { roster: 'gold', member: 'ann' },
  { roster: 'gold', member: 'lee' },
]
const { redis } = await withRedis()

describe('traces', () => {
  it('tell which request asked for a member, for a day', async () => {
    const traces = createTraces(redis, 'acme')
    await traces.note([ann], 'first')
    expect(await traces.read([lee, ann])).toEqual([null, 'first'])
    expect(await redis.ttl(laneKeys('acme').traces)).toBeGreaterThan(86_000)
  })

  it('keep a newer request when the turn of an older one is done', async () => {
    const traces = createTraces(redis, 'acme')
    await traces.note([ann, lee], 'first')
    await traces.note([ann], 'second')
    await traces.forget(ann, 'first')
    await traces.forget(lee, 'first')
    expect(await traces.read([ann, lee])).toEqual(['second', null])
  })
})
