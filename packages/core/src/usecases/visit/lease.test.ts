import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSettableClock } from '@flightroster/core/testing'
import { keepLease } from './lease.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

/** A lease of 15 s that was asked for now; `renew` is what the store answers. */
function take(renew: (nth: number) => Promise<boolean>) {
  const clock = createSettableClock()
  let asked = 0
  let renewals = 0
  const lease = keepLease({
    token: 'mine',
    takenAt: clock.monotonic(),
    clock,
    renew: () => renew(++asked),
    renewed: async () => void renewals++,
  })
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      await vi.advanceTimersByTimeAsync(100)
    }
  }
  return { clock, lease, pass, asked: () => asked, renewals: () => renewals }
}

it('is held as long as the store renews it, every four seconds, and says so to whoever renews with it', async () => {
  const { lease, pass, renewals } = take(async () => true)
  await pass(60_000)
  expect([lease.isHeld(), lease.signal.aborted, renewals()]).toEqual([true, false, 15])
})

it('ends a second before the store lets go of it where the store does not answer, and ends the calls under way', async () => {
  const { lease, pass } = take(() => Promise.reject(new Error('The store is away.')))
  await pass(13_900)
  expect([lease.isHeld(), lease.signal.aborted]).toEqual([true, false])
  await pass(100)
  expect(lease.isHeld()).toBe(false)
  // Within the watch's next look.
  await pass(200)
  expect(lease.signal.aborted).toBe(true)
})

it('counts a renewal from when it was asked for, however late its answer comes', async () => {
  const answers: ((held: boolean) => void)[] = []
  const { lease, pass } = take((nth) => {
    if (nth > 1) return Promise.reject(new Error('The store is away.'))
    return new Promise((resolve) => answers.push(resolve))
  })
  await pass(10_000)
  answers[0]?.(true)
  // Asked for after 4 s, so that it ends after 18.
  await pass(7_900)
  expect(lease.isHeld()).toBe(true)
  await pass(100)
  expect(lease.isHeld()).toBe(false)
})

it('ends at once where the store says that it is another, with the calls under way, and is renewed no more', async () => {
  const { lease, pass, asked, renewals } = take(async () => false)
  await pass(4_000)
  expect([lease.isHeld(), lease.signal.aborted]).toEqual([false, true])
  await pass(20_000)
  expect([asked(), renewals()]).toEqual([1, 0])
})

it('that was given up is held no more, ends no call, and is renewed no more', async () => {
  const { lease, pass, asked } = take(async () => true)
  lease.end()
  await pass(60_000)
  expect([lease.isHeld(), lease.signal.aborted, asked()]).toEqual([false, false, 0])
})
