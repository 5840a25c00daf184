const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** How long after the first, second, … failed try the next one follows; then every three hours. */
const DELAYS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR]
const THEN_EVERY_MS = 3 * HOUR
const GIVE_UP_AFTER_MS = 3 * 24 * HOUR
const JITTER = 0.1

/** When a delivery is tried again (ms), or null when three days are over. `random` is 0..1. */
export function nextTryAt(failed: { tries: number; firstTryAt: number; now: number; random: number }): number | null {
  const delay = DELAYS_MS[failed.tries - 1] ?? THEN_EVERY_MS
  const at = Math.round(failed.now + delay * (1 - JITTER + 2 * JITTER * failed.random))
  return at > failed.firstTryAt + GIVE_UP_AFTER_MS ? null : at
}
