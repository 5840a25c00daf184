import { expect, it } from 'vitest'
import { createSettableClock } from '../../../testing/clock.ts'
import { createPace } from './pace.ts'

/** Pages that begin together and end one after the other, each so long after it began (ms). */
async function take(
  pace: ReturnType<typeof createPace>,
  clock: ReturnType<typeof createSettableClock>,
  times: number[],
) {
  const ends: (() => void)[] = []
  const pages = times.map(() => pace.run(() => new Promise<void>((resolve) => ends.push(resolve))))
  let passed = 0
  for (const [at, ms] of times.entries()) {
    clock.advance(ms - passed)
    passed = ms
    ends[at]?.()
    await pages[at]
  }
}

it('a store that is quick gets more pages at once, ten at most', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  expect(pace.limit()).toBe(4)
  await take(pace, clock, [40, 80, 120, 160])
  expect(pace.limit()).toBe(8)
  await take(pace, clock, [40, 80, 120, 160])
  expect(pace.limit()).toBe(10)
})

it('a store that lets pages wait gets half as many, once for those that waited together, and one at a time at least', async () => {
  const clock = createSettableClock()
  const pace = createPace(clock)
  await take(pace, clock, [1_300, 1_400, 1_500, 1_600])
  expect(pace.limit()).toBe(2)
  await take(pace, clock, [900, 1_000])
  expect(pace.limit()).toBe(2)
  for (let at = 0; at < 3; at++) await take(pace, clock, [2_000])
  expect(pace.limit()).toBe(1)
  await take(pace, clock, [100])
  expect(pace.limit()).toBe(2)
})

it('a page that failed says nothing of how long pages take', async () => {
  const pace = createPace(createSettableClock())
  await expect(pace.run(() => Promise.reject(new Error('The store is away.')))).rejects.toThrow('away')
  expect(pace.limit()).toBe(4)
})
