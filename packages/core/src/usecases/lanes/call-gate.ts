import type { CallRecord, Gate } from '../../apple/index.ts'
import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Budget } from '../../store/index.ts'

export interface GateDeps {
  budget: Budget
  clock: Clock
  log: Log
  /** Share (0..1) of the limit that these calls leave to others. */
  keepBack: () => number
  isLeaseHeld: () => boolean
}

export interface CallGate extends Gate {
  /** Reserves up to `wanted` calls ahead; returns how many there are now, and when more may be had (ms). */
  reserve(wanted: number): Promise<{ available: number; nextAt: number }>
  /** Gives back what was not used. */
  close(): Promise<void>
  /** Calls sent in this visit. */
  sent(): number
  /** True once Apple has answered a call of this visit with success. */
  succeeded(): boolean
}

const REFILL = 10
/** Kept quiet after a 429 that names no time. */
const QUIET_DEFAULT_MS = 5_000

/** What every call of a visit passes: the lease is ours, and the quota has room. */
export function createCallGate(deps: GateDeps): CallGate {
  let pool = 0
  let reservedAt = 0
  let open = 0
  let sent = 0
  let succeeded = false
  let bookkeeping: Promise<void> = Promise.resolve()
  let refilling: Promise<{ granted: number; nextAt: number }> | null = null

  const refill = (wanted: number) => {
    refilling ??= reserveInto(wanted).finally(() => (refilling = null))
    return refilling
  }
  const reserveInto = async (wanted: number) => {
    giveBackOld()
    const asked = deps.clock.now()
    const reservation = await deps.budget.reserve(wanted, deps.keepBack())
    if (pool === 0) reservedAt = asked
    pool += reservation.granted
    return reservation
  }
  /** Apple counts a call when it arrives: one that was reserved long ago would leave our window before it leaves Apple's. */
  const giveBackOld = () => {
    if (pool === 0 || deps.clock.now() - reservedAt < deps.budget.reservationMs) return
    const unused = pool
    const at = reservedAt
    pool = 0
    book(() => deps.budget.release(unused, at))
  }
  const book = (work: () => Promise<void>) => {
    bookkeeping = bookkeeping.then(work).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'The budget could not be corrected; our own count goes on.')
    })
  }

  /** What was reserved is given back where Apple has less left than we believed: somebody else was quicker. */
  const shrink = ({ hourLimit, hourRemaining }: CallRecord['quota']) => {
    if (hourRemaining === null) return
    const usable = hourRemaining - Math.ceil((hourLimit ?? 0) * deps.keepBack()) - open
    const excess = pool - Math.max(0, usable)
    if (excess <= 0) return
    pool -= excess
    const at = reservedAt
    book(() => deps.budget.release(excess, at))
  }

  return {
    async reserve(wanted) {
      giveBackOld()
      if (pool >= wanted) return { available: pool, nextAt: 0 }
      const { nextAt } = await refill(wanted - pool)
      return { available: pool, nextAt }
    },
    async admit() {
      if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
      giveBackOld()
      while (pool <= 0) {
        const { granted, nextAt } = await refill(REFILL)
        if (granted === 0)
          throw new AppError('budget_exhausted', { retryAfterMs: Math.max(0, nextAt - deps.clock.now()) })
      }
      if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
      pool--
      open++
      sent++
    },
    note(record: CallRecord) {
      open--
      if (record.code === null && record.status !== null) succeeded = true
      const { quota } = record
      const outstanding = open + pool
      const said = Object.values(quota).some((value) => value !== null)
      if (said) book(() => deps.budget.correct(quota, outstanding))
      shrink(quota)
      if (record.code === 'apple_rate_limited') {
        const until = deps.clock.now() + (record.retryAfterMs ?? QUIET_DEFAULT_MS)
        book(() => deps.budget.keepQuiet(until))
      }
    },
    async close() {
      await bookkeeping
      const unused = pool
      pool = 0
      await deps.budget.release(unused, reservedAt)
    },
    sent: () => sent,
    succeeded: () => succeeded,
  }
}
