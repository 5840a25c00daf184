/** Attempts of a job: twelve over about a day. */
export const ATTEMPTS = 12

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** The longest wait before attempt n + 1, by failed attempts; the last one holds for all that follow. */
const CEILINGS_MS = [
  4 * SECOND,
  10 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  45 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  8 * HOUR,
  12 * HOUR,
]

/** Full jitter below the ceiling, so that a thousand jobs that failed together do not come back together. `random` is 0..1. */
export function retryDelayMs(failedAttempts: number, random: number): number {
  const at = Math.min(Math.max(failedAttempts, 1), CEILINGS_MS.length) - 1
  const ceiling = CEILINGS_MS[at] ?? 12 * HOUR
  return Math.max(500, Math.round(ceiling * random))
}

/** When a write that Apple confirmed is read back, in ms after it: reads lag by seconds to a minute. */
export const REREAD_AFTER_MS = [2_000, 5_000, 10_000, 30_000, 60_000] as const

/** When a write whose answer was lost is read back, in ms after it. */
export const READ_LOST_AFTER_MS = 2_000
