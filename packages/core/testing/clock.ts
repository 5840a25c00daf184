import type { Clock } from '../src/domain/clock.ts'

export interface SettableClock extends Clock {
  set(now: number): void
  advance(ms: number): void
}

/** Stands still until it is told otherwise. */
export function createSettableClock(start: number = Date.parse('2026-11-24T10:00:00Z')): SettableClock {
  let now = start
  let elapsed = 0
  return {
    now: () => now,
    monotonic: () => elapsed,
    set(time) {
      elapsed += Math.max(0, time - now)
      now = time
    },
    advance(ms) {
      now += ms
      elapsed += ms
    },
  }
}
