import type { Clock } from '../../domain/clock.ts'

export interface Lease {
  readonly token: string
  /** Proven by our own monotonic clock, from before the renewal was sent: never longer than the store believes. */
  isHeld(): boolean
  /** Aborted when the lease runs out or is given up: ends calls that are under way. */
  readonly signal: AbortSignal
  /** Stops renewing. */
  end(): void
}

export interface LeaseSettings {
  leaseMs: number
  renewEveryMs: number
  /** A write must have ended this long before the lease runs out. */
  marginMs: number
}

export const LEASE: LeaseSettings = { leaseMs: 15_000, renewEveryMs: 4_000, marginMs: 1_000 }

/**
 * Keeps a lease that was just taken. A worker that is cut off from the store stops by itself before the lease runs out,
 * so that the next holder is the only writer.
 */
export function keepLease(options: {
  token: string
  /** Monotonic time before the lease was asked for, ms. */
  takenAt: number
  clock: Clock
  settings: LeaseSettings
  /** False when the store says that the lease is another's. */
  renew: () => Promise<boolean>
  /** Told after each renewal. */
  renewed?: () => Promise<void>
}): Lease {
  const { clock, settings } = options
  const controller = new AbortController()
  let heldUntil = options.takenAt + settings.leaseMs - settings.marginMs
  let ended = false

  const lose = () => {
    if (ended) return
    ended = true
    clearInterval(renewal)
    clearInterval(watch)
    controller.abort(new Error('The lease of the lane ran out.'))
  }
  const renew = async () => {
    const asked = clock.monotonic()
    try {
      if (!(await options.renew())) {
        lose()
        return
      }
      heldUntil = Math.max(heldUntil, asked + settings.leaseMs - settings.marginMs)
      await options.renewed?.()
    } catch {
      // The store did not answer: the watch ends the lease in time.
    }
  }
  const renewal = setInterval(() => void renew(), settings.renewEveryMs)
  const watch = setInterval(() => {
    if (clock.monotonic() >= heldUntil) lose()
  }, 200)
  return {
    token: options.token,
    signal: controller.signal,
    isHeld: () => !ended && clock.monotonic() < heldUntil,
    end() {
      ended = true
      clearInterval(renewal)
      clearInterval(watch)
    },
  }
}
