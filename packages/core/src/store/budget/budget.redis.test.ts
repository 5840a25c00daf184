import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock } from '@flightroster/core/testing'
import { createBudget } from './budget.ts'

const { redis } = await withRedis()

const HOUR = 3_600_000
const nothing = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }

function setUp(defaultLimit = 100) {
  const clock = createSettableClock()
  const budget = createBudget(redis, 'acme', { windowMs: HOUR, defaultLimit }, clock)
  const take = async (wanted: number, keepBack = 0) => (await budget.reserve(wanted, keepBack)).granted
  return { clock, budget, take }
}

describe('the budget of a team key', () => {
  it('never grants more than the limit in any rolling hour', async () => {
    const { clock, take } = setUp()
    const granted: { at: number; calls: number }[] = []
    for (let step = 0; step < 200; step++) {
      granted.push({ at: clock.now(), calls: await take(7) })
      clock.advance(HOUR / 61)
    }
    for (const { at } of granted) {
      const inWindow = granted
        .filter((one) => one.at <= at && one.at > at - HOUR)
        .reduce((sum, one) => sum + one.calls, 0)
      expect(inWindow).toBeLessThanOrEqual(100)
    }
    const all = granted.reduce((sum, one) => sum + one.calls, 0)
    // Three hours and a third: what the window gives back is granted again, within a slice.
    expect(all).toBeGreaterThan(300)
  })

  it('still counts a call that was answered long after it was reserved, until Apple counts it no more', async () => {
    const { clock, budget, take } = setUp()
    for (let probe = 0; probe < 40; probe++) {
      await redis.flushall()
      clock.advance(HOUR / 240 / 13)
      const at = clock.now()
      await take(1)
      await take(99)
      clock.advance((HOUR / 240) * 5)
      await budget.note(nothing, 0, { reservedAt: at, calls: 1 })
      clock.advance(HOUR - 1)
      expect(await take(100)).toBe(99)
    }
  })

  it('keeps the share of a class back', async () => {
    const { budget, take } = setUp()
    await budget.note({ ...nothing, hourLimit: 100, hourRemaining: 100 }, 0)
    expect(await take(1_000, 0.25)).toBe(75)
    expect(await take(1_000, 0.25)).toBe(0)
    expect(await take(1_000, 0.05)).toBe(20)
  })

  it('says when asking again helps, and is right', async () => {
    const { clock, budget, take } = setUp()
    await take(60)
    clock.advance(HOUR / 4)
    await take(40)
    const { granted, nextAt } = await budget.reserve(1, 0)
    expect(granted).toBe(0)
    clock.set(nextAt)
    expect(await take(100)).toBe(60)
  })

  it('counts what others of the same key take, as Apple tells', async () => {
    const { budget, take } = setUp()
    expect(await take(10)).toBe(10)
    await budget.note({ ...nothing, hourLimit: 100, hourRemaining: 50 }, 0)
    expect(await take(1_000)).toBe(50)
  })

  it('does not take our own calls under way for those of others', async () => {
    const { budget, take } = setUp()
    await take(10)
    await budget.note({ ...nothing, hourLimit: 100, hourRemaining: 97 }, 7)
    expect(await take(1_000)).toBe(90)
  })

  it('follows a limit that Apple changes', async () => {
    const { budget, take } = setUp()
    await budget.note({ ...nothing, hourLimit: 40, hourRemaining: 40 }, 0)
    expect(await take(1_000)).toBe(40)
  })

  it('keeps the minute, once Apple has named one', async () => {
    const { clock, budget, take } = setUp(1_000)
    await budget.note({ ...nothing, minuteLimit: 30, minuteRemaining: 30 }, 0)
    expect(await take(1_000)).toBe(30)
    expect(await take(1)).toBe(0)
    clock.advance(66_000)
    expect(await take(1_000)).toBe(30)
  })

  it('gives back what was not used', async () => {
    const { clock, budget, take } = setUp()
    await take(50)
    clock.advance(HOUR / 100)
    await budget.reserve(50, 0, 'visit')
    clock.advance(HOUR / 100)
    await budget.release(30, 'visit')
    expect(await take(1_000)).toBe(30)
  })

  it('grants a few calls only near the limit, until Apple has said how many others took', async () => {
    const { budget, take } = setUp()
    expect(await take(75)).toBe(75)
    expect(await take(20)).toBe(4)
    await budget.note({ ...nothing, hourLimit: 100, hourRemaining: 21 }, 0)
    expect(await take(20)).toBe(20)
  })

  it('takes nothing near the limit that others may have taken since Apple last said', async () => {
    const { clock, budget, take } = setUp()
    await take(1)
    clock.advance(HOUR / 10)
    await take(88)
    await budget.note({ ...nothing, hourLimit: 100, hourRemaining: 11 }, 0)
    expect(await take(5, 0.05)).toBe(5)
    // The first call has left the window: one may be sent by our own count, but not by what nobody can know.
    clock.advance(HOUR * 0.92)
    const { granted, nextAt } = await budget.reserve(1, 0.05)
    expect(granted).toBe(0)
    clock.set(nextAt)
    expect(await take(1, 0.05)).toBe(1)
  })

  it('grants nothing while it is asked to keep quiet', async () => {
    const { clock, budget, take } = setUp()
    const until = clock.now() + 5_000
    await budget.keepQuiet(5_000)
    expect(await budget.reserve(1, 0)).toMatchObject({ granted: 0, nextAt: until })
    clock.set(until)
    expect(await take(1)).toBe(1)
  })

  it('gives back what a visit that died had in hand, and not what it had begun', async () => {
    const { clock, budget, take } = setUp()
    await budget.reserve(50, 0, 'died')
    for (let call = 0; call < 3; call++)
      expect(await budget.begin('died', 1)).toEqual({ begun: 1, reservedAt: clock.now() })
    clock.advance(HOUR / 100)
    expect(await take(1_000)).toBe(50)
    const { granted } = await budget.reserve(1_000, 0, 'next')
    expect(granted).toBe(47)
    // It may be alive after all: it begins nothing, and gives back nothing that is another's.
    expect(await budget.begin('died', 1)).toMatchObject({ begun: 0 })
    await budget.release(47, 'died')
    expect(await take(1)).toBe(0)
  })

  it('takes back calls that were begun and did not go out, of the visit that has the others in hand', async () => {
    const { budget, take } = setUp()
    await budget.reserve(50, 0, 'visit')
    await budget.begin('visit', 5)
    await budget.unbegin('other', 5)
    await budget.unbegin('visit', 4)
    await budget.unbegin('visit', 1)
    await budget.release(50, 'visit')
    expect(await take(1_000)).toBe(100)
  })

  it('counts what a visit has in hand in the minute in which it reserved last', async () => {
    const { clock, budget, take } = setUp(1_000)
    await budget.note({ ...nothing, minuteLimit: 30, minuteRemaining: 30 }, 0)
    await budget.reserve(30, 0, 'visit')
    clock.advance(50_000)
    expect((await budget.reserve(30, 0, 'visit')).granted).toBe(30)
    clock.advance(20_000)
    expect(await take(1)).toBe(0)
  })
})
