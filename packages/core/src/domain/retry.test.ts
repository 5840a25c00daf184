import { expect, it } from 'vitest'
import { ATTEMPTS, retryDelayMs, untilFullStep } from './retry.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const failures = Array.from({ length: ATTEMPTS - 1 }, (_, at) => at + 1)
const within = (count: number, random: number) =>
  failures.slice(0, count).reduce((sum, failed) => sum + retryDelayMs(failed, random), 0)

it('makes five attempts within a minute at the latest, and twelve over about a day', () => {
  expect(within(4, 1)).toBeLessThanOrEqual(MINUTE)
  expect(within(failures.length, 0.5)).toBeGreaterThan(24 * HOUR)
  expect(within(failures.length, 1)).toBeLessThan(48 * HOUR)
})

it('makes no seventh attempt within half a minute, by whatever luck', () => {
  expect(within(6, 0)).toBeGreaterThan(30_000)
})

it('never waits less than before at the same chance, and never no time at all', () => {
  const delays = failures.map((failed) => retryDelayMs(failed, 0.5))
  expect(delays).toEqual([...delays].sort((a, b) => a - b))
  expect(retryDelayMs(1, 0)).toBe(1_000)
})

it('is jittered, so that those who failed together do not come back together', () => {
  expect(retryDelayMs(5, 0.1)).toBe(19_500)
  expect(retryDelayMs(5, 0.9)).toBe(55_500)
})

it('keeps the longest wait for whatever comes after', () => {
  expect(retryDelayMs(99, 1)).toBe(retryDelayMs(11, 1))
})

it('brings retries of about the same time together, and none forward', () => {
  expect(untilFullStep(1_300, 10_200)).toBe(1_800)
  expect(untilFullStep(600, 10_900)).toBe(1_100)
  expect(untilFullStep(2_000, 10_000)).toBe(2_000)
})
