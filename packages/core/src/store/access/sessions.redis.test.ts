import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { diesAt } from '../../../testing/dies-or-lags.ts'
import { createAttempts, createSessions } from './sessions.ts'

const HOUR = 3_600_000
const { redis } = await withRedis()
const session = { v: 1, user: 'ann', fingerprint: 'f', createdAt: 1_000 } as const

it('a session is found by its token alone, and ends with those of its user that began before', async () => {
  const sessions = createSessions(redis)
  const token = await sessions.create(session, HOUR)
  expect(await sessions.find(token, HOUR)).toEqual(session)
  expect(await sessions.find(`${token}x`, HOUR)).toBeUndefined()
  expect((await redis.keys('*')).join()).not.toContain(token)
  await sessions.endBefore('ann', 1_001, HOUR)
  expect(await sessions.find(token, HOUR)).toBeUndefined()
})

it('attempts are counted by who makes them, and one that was right does not count', async () => {
  const attempts = createAttempts(redis, { many: 3, forMs: HOUR })
  expect([await attempts.begin('account', 'ann'), await attempts.begin('account', 'ann')]).toEqual([1, 2])
  expect(await attempts.begin('account', 'lee')).toBe(1)
  await attempts.takeBack('account', 'ann')
  expect(await attempts.begin('account', 'ann')).toBe(2)
  await attempts.clear('account', 'ann')
  expect(await attempts.begin('account', 'ann')).toBe(1)
})

it('the times of one sender come one after the other, as far as anybody would wait', async () => {
  const attempts = createAttempts(redis, { many: 3, forMs: HOUR })
  expect(await attempts.takeSlot('net-1', 60_000, 150_000)).toBe(60_000)
  const second = await attempts.takeSlot('net-1', 60_000, 150_000)
  expect(second).toBeGreaterThan(100_000)
  expect(second).toBeLessThanOrEqual(120_000)
  expect(await attempts.takeSlot('net-1', 60_000, 150_000)).toBeLessThan(0)
  expect(await attempts.takeSlot('net-2', 60_000, 150_000)).toBe(60_000)
})

it('an attempt that is taken back after its time leaves no count without an end, whichever write its process died before', async () => {
  for (let at = 0; ; at++) {
    const died = await diesAt(redis, at, (process) =>
      createAttempts(process.redis, { many: 3, forMs: HOUR }).takeBack('account', 'late'),
    )
    expect({ at, kept: await redis.keys('*login*') }).toEqual({ at, kept: [] })
    if (!died) break
  }
})
