import { afterEach, describe, expect, it, vi } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { systemClock } from '../../domain/clock.ts'
import { eventDigest } from '../../secrets/index.ts'
import { laneKeys } from '../keys.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createStoreClock } from './store-clock.ts'

const DAY = 86_400_000

const { redis } = await withRedis()
await redis.ping()
afterEach(() => vi.restoreAllMocks())

const redisNow = async () => {
  const [seconds, microseconds] = await redis.time()
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000
}
/** Right but for what the answer took that it was set by, and for a second by which a machine's clock may be set meanwhile: one that is wrong is so by 30. */
async function expectRight(clock: { now(): number }, answerMs: number): Promise<void> {
  const before = await redisNow()
  const told = clock.now()
  const after = await redisNow()
  expect(told).toBeGreaterThan(before - answerMs - 1_000)
  expect(told).toBeLessThan(after + answerMs + 1_000)
}
const hostIsAhead = (ms: number) => {
  const now = Date.now.bind(Date)
  vi.spyOn(Date, 'now').mockImplementation(() => now() + ms)
}

describe('a host whose clock is wrong', () => {
  it.each([30_000, -30_000])('goes by the clock of the store (%i ms off)', async (offMs) => {
    hostIsAhead(offMs)
    const clock = createStoreClock(redis, systemClock)
    const begun = performance.now()
    await clock.sync()
    await expectRight(clock, performance.now() - begun)
    clock.close()
  })

  it('goes on right when its clock is set', async () => {
    const clock = createStoreClock(redis, systemClock)
    const begun = performance.now()
    await clock.sync()
    const answerMs = performance.now() - begun
    hostIsAhead(600_000)
    await expectRight(clock, answerMs)
    clock.close()
  })

  it.each([DAY, -DAY, 30 * DAY, -30 * DAY])('knows an event that was sent before (%i ms off)', async (offMs) => {
    await redis.sadd(laneKeys('acme').rosters, 'gold')
    const record = async () => {
      const { changes } = await recordChanges(redis, {
        teamKey: 'acme',
        dedupMs: DAY,
        changes: [
          {
            roster: 'gold',
            member: 'ann',
            kind: 'join',
            email: 'ann@example.com',
            firstName: null,
            lastName: null,
            time: undefined,
            priority: 'interactive',
            digest: eventDigest('gold', '/crm', 'evt-1'),
            timelineEntry: '{}',
          },
        ],
      })
      return changes[0]?.outcome
    }
    expect(await record()).toBe('accepted')
    hostIsAhead(offMs)
    expect(await record()).toBe('duplicate')
  })
})
