import type { Clock } from '../../domain/clock.ts'

export interface Lease {
  readonly token: string
  /** Proven by our own monotonic clock, from before the renewal was sent: never longer than the store believes. */
  isHeld(): boolean
  /** Aborted when the lease runs out or is another's: ends calls that are under way. */
  readonly signal: AbortSignal
  /** Stops renewing. */
  end(): void
}

export const LEASE_MS = 15_000
const RENEW_EVERY_MS = 4_000
/** A write must have ended this long before the lease runs out. */
const MARGIN_MS = 1_000
const WATCH_EVERY_MS = 200

/**
 * Keeps a lease that was just taken. A worker that is cut off from the store stops by itself before the lease runs out,
 * so that the next holder is the only writer.
 */
export function keepLease(options: {
  token: string
  /** Monotonic time before the lease was asked for, ms. */
  takenAt: number
  clock: Clock
  /** False when the store says that the lease is another's. */
  renew: () => Promise<boolean>
  /** Told after each renewal. */
  renewed: () => Promise<void>
}): Lease {
  const { clock } = options
  const controller = new AbortController()
  const heldAfter = (asked: number) => asked + LEASE_MS - MARGIN_MS
  let heldUntil = heldAfter(options.takenAt)
  let ended = false

  const end = () => {
    ended = true
    clearInterval(renewal)
    clearInterval(watch)
  }
  const lose = () => {
    if (ended) return
    end()
    controller.abort(new Error('The lease of the lane ran out.'))
  }
  const renew = async () => {
    const asked = clock.monotonic()
    try {
      if (!(await options.renew())) return lose()
      heldUntil = Math.max(heldUntil, heldAfter(asked))
      await options.renewed()
    } catch {
      // The store did not answer: the watch ends the lease in time.
    }
  }
  const renewal = setInterval(() => void renew(), RENEW_EVERY_MS)
  const watch = setInterval(() => {
    if (clock.monotonic() >= heldUntil) lose()
  }, WATCH_EVERY_MS)
  return {
    token: options.token,
    signal: controller.signal,
    isHeld: () => !ended && clock.monotonic() < heldUntil,
    end,
  }
}
