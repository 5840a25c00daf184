import { createSettableClock } from '@flightroster/core/testing'
import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { countRequest } from './request-limit.ts'

const { redis } = await withRedis()

const MINUTE = 60_000
const DAY = 86_400_000

describe('a limit of requests', () => {
  it('counts over rolling windows, and never counts what it refused', async () => {
    const clock = createSettableClock()
    const windows = [
      { windowMs: MINUTE, limit: 1 },
      { windowMs: DAY, limit: 3 },
    ]
    const take = () =>
      countRequest(redis, { teamKey: 'acme', kind: 'invitation', ref: 'm-1', windows, now: clock.now() })
    expect(await take()).toBe(0)
    clock.advance(59_999)
    expect(await take()).toBe(1)
    clock.advance(1)
    expect(await take()).toBe(0)
    clock.advance(MINUTE)
    expect(await take()).toBe(0)
    clock.advance(MINUTE)
    // Three in a day: the first of them leaves the window a day after it was made.
    expect(await take()).toBe(DAY - 3 * MINUTE)
    clock.advance(DAY - 3 * MINUTE)
    expect(await take()).toBe(0)
  })

  it('counts each reference by itself', async () => {
    const windows = [{ windowMs: MINUTE, limit: 2 }]
    const take = (ref: string) => countRequest(redis, { teamKey: 'acme', kind: 'converge', ref, windows })
    expect(await Promise.all([take('a'), take('a'), take('b')])).toEqual([0, 0, 0])
    expect(await take('a')).toBeGreaterThan(59_000)
  })
})
