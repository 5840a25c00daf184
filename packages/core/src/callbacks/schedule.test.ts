import { describe, expect, it } from 'vitest'
import { nextTryAt } from './schedule.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

describe('the schedule of tries', () => {
  it.each([
    [1, 5_000],
    [2, 30_000],
    [3, 2 * MINUTE],
    [4, 10 * MINUTE],
    [5, 30 * MINUTE],
    [6, HOUR],
    [7, 3 * HOUR],
    [20, 3 * HOUR],
  ])('waits after %i failed tries for about %i ms, a tenth less or more', (tries, delay) => {
    const now = 1_000_000
    const at = (random: number) => nextTryAt({ tries, firstTryAt: now, now, random })
    expect(at(0.5)).toBe(now + delay)
    expect(at(0)).toBe(now + Math.round(delay * 0.9))
    expect(at(1)).toBe(now + Math.round(delay * 1.1))
  })

  it('gives up when the next try would be more than three days after the first', () => {
    const now = 72 * HOUR
    expect(nextTryAt({ tries: 29, firstTryAt: 3 * HOUR, now, random: 0.5 })).toBe(now + 3 * HOUR)
    expect(nextTryAt({ tries: 29, firstTryAt: 3 * HOUR - 1, now, random: 0.5 })).toBeNull()
  })
})
