import { isAppError } from '../../errors.ts'
import { systemClock } from '../../domain/clock.ts'
import { createStore } from '../../store/index.ts'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { expect, it } from 'vitest'
import { createCallerQuota } from './caller-quota.ts'

const { redis } = await withRedis()
const store = createStore(redis)
const windowMs = 3_600_000

/** Of a team key of its own, whose hour has so many calls. */
function quotaOf(limit: number, share: number) {
  const budgetOf = (teamKey: string) => store.lane(teamKey).budget({ windowMs, defaultLimit: limit })
  const quota = createCallerQuota({ store, clock: systemClock, budgetOf, share, windowMs })
  /** How many calls this one gets, asking until it is refused. */
  const use = async (bound: string | null, cost = 1) => {
    for (let used = 0; ; used += cost) {
      const error: unknown = await quota.charge('acme', bound, cost).catch((thrown: unknown) => thrown)
      if (error === undefined) continue
      if (!isAppError(error, 'rate_limited')) throw error
      expect(error.retryAfterMs).toBeGreaterThan(0)
      return used
    }
  }
  return { budgetOf, quota, use }
}

it('callers have their share of the hour, one bound token a fifth of that, and all bound tokens half', async () => {
  const { use } = quotaOf(1_000, 0.1)
  expect(await use('a')).toBe(20)
  expect([await use('b'), await use('c')]).toEqual([20, 10])
  // The other half is for those who are bound to nothing.
  expect(await use(null)).toBe(50)
  expect([await use(null), await use('d')]).toEqual([0, 0])
})

it('work that takes several calls is charged with all of them', async () => {
  const { use } = quotaOf(1_000, 0.1)
  expect(await use(null, 30)).toBe(90)
  expect(await use(null)).toBe(10)
})

it('ten calls are had however small the hour is, and each part of it', async () => {
  const { use } = quotaOf(20, 0.05)
  expect([await use('a'), await use(null)]).toEqual([10, 0])
})

it('a call for a caller takes one of the hour, and there is none where the hour is used up', async () => {
  const { budgetOf, quota } = quotaOf(1_000, 0.5)
  const budget = budgetOf('acme')
  const admit = () => quota.gateOf('acme', null).admit({} as never)
  await admit()
  expect((await budget.read()).remaining).toBe(999)
  await budget.note({ hourLimit: 1_000, hourRemaining: 0, minuteLimit: null, minuteRemaining: null }, 0)
  await expect(admit()).rejects.toMatchObject({ code: 'budget_exhausted', retryAfterMs: expect.any(Number) })
})
