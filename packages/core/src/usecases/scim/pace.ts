import type { Clock } from '../../domain/clock.ts'

/**
 * Pages that are under way at once, at most. Each asks the store five times, one time after the other, and the store syncs its file each
 * time: with three pages both sides waited for half of it, with ten a sync is shared by what waits for it.
 */
const MOST = 10
const FIRST = 4
/**
 * A page waits for those before it. Where the machine is busy, ten in a row take longer than a command may, and a store that works would
 * count as one that does not answer.
 */
const QUICK_MS = 500
const SLOW_MS = 1_200

/** How many pages of one request are under way at once: as many as the store takes without letting one wait. */
export interface Pace {
  limit(): number
  /** Carries out a page, and notes how long it took. */
  run<T>(work: () => Promise<T>): Promise<T>
}

/** Begins with few pages; one that was quick is followed by one more, after a slow one there are half as many. */
export function createPace(clock: Clock): Pace {
  let limit = FIRST
  let slowedAt = Number.NEGATIVE_INFINITY
  return {
    limit: () => limit,
    async run(work) {
      const begun = clock.monotonic()
      const result = await work()
      const tookMs = clock.monotonic() - begun
      if (tookMs < QUICK_MS) limit = Math.min(MOST, limit + 1)
      // Those that were under way together are slow for one reason, which counts once.
      else if (tookMs > SLOW_MS && begun >= slowedAt) {
        limit = Math.max(1, Math.floor(limit / 2))
        slowedAt = clock.monotonic()
      }
      return result
    },
  }
}
