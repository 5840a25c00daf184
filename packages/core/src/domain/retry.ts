/** Attempts of a job: twelve over about a day. */
export const ATTEMPTS = 12

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/**
 * The longest wait before attempt n + 1, by failed attempts; the last one holds for all that follow. Five attempts within about
 * a minute: most disturbances at Apple are over then, and whoever was met by chance every time should not wait for minutes after.
 */
const CEILINGS_MS = [
  4 * SECOND,
  8 * SECOND,
  16 * SECOND,
  30 * SECOND,
  MINUTE,
  4 * MINUTE,
  20 * MINUTE,
  HOUR,
  4 * HOUR,
  12 * HOUR,
  24 * HOUR,
]

/** Never less than this share of the ceiling: six attempts should not be used up in half a minute by luck. */
const LEAST_SHARE = 0.25

/** Jittered below the ceiling, so that a thousand jobs that failed together do not come back together. `random` is 0..1. */
export function retryDelayMs(failedAttempts: number, random: number): number {
  const at = Math.min(Math.max(failedAttempts, 1), CEILINGS_MS.length) - 1
  const ceiling = CEILINGS_MS[at] ?? 24 * HOUR
  return Math.round(ceiling * (LEAST_SHARE + (1 - LEAST_SHARE) * random))
}

/** Retries come due at full steps of this length, so that jobs that come back about then share their reads. */
const STEP_MS = 2_000

/** The delay from `now` (ms), made longer up to the next full step. */
export function untilFullStep(delayMs: number, now: number): number {
  return Math.ceil((now + delayMs) / STEP_MS) * STEP_MS - now
}

/** When a write that Apple confirmed is read back, in ms after it: reads lag by seconds to a minute. */
export const REREAD_AFTER_MS = [2_000, 5_000, 10_000, 30_000, 60_000] as const

/** When a write whose answer was lost is read back, in ms after it. */
export const READ_LOST_AFTER_MS = 2_000
