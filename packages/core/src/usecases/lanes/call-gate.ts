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

/** Calls reserved in one step, and not yet sent. */
interface Lot {
  reservedAt: number
  left: number
}

/**
 * What every call of a visit passes: the lease is ours, and the quota has room. The store hears of reservations and answers one after
 * the other, in the order they happened here, so that it can tell our calls from those of others who use the key.
 */
export function createCallGate(deps: GateDeps): CallGate {
  const lots: Lot[] = []
  /** When the calls under way were reserved, the oldest first. */
  const open: number[] = []
  /** Calls of this visit that the budget counts; of these, the ones answered. */
  let counted = 0
  let answered = 0
  let sent = 0
  let succeeded = false
  let books: Promise<unknown> = Promise.resolve()
  let refilling: Promise<{ granted: number; nextAt: number }> | null = null

  const pool = () => lots.reduce((sum, lot) => sum + lot.left, 0)
  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    const done = books.then(work)
    books = done.catch(() => {})
    return done
  }
  const book = (work: () => Promise<void>) => {
    inOrder(work).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'The budget could not be corrected; our own count goes on.')
    })
  }

  const refill = (wanted: number) => {
    refilling ??= inOrder(() => reserve(wanted)).finally(() => (refilling = null))
    return refilling
  }
  const reserve = async (wanted: number) => {
    const reservation = await deps.budget.reserve(wanted, deps.keepBack())
    counted += reservation.granted
    if (reservation.granted > 0) lots.push({ reservedAt: reservation.at, left: reservation.granted })
    return reservation
  }
  const release = async (unused: number, reservedAt: number) => {
    await deps.budget.release(unused, reservedAt)
    counted -= unused
  }
  /** Takes the oldest reserved call. */
  const take = (): number => {
    const [lot] = lots
    if (!lot) throw new Error('No call is reserved.')
    lot.left--
    if (lot.left === 0) lots.shift()
    return lot.reservedAt
  }

  /** What was reserved is given back where Apple has less left than we believed: somebody else was quicker. */
  const shrink = ({ hourLimit, hourRemaining }: CallRecord['quota']) => {
    if (hourRemaining === null) return
    const usable = hourRemaining - Math.ceil((hourLimit ?? 0) * deps.keepBack()) - open.length
    let excess = pool() - Math.max(0, usable)
    while (excess > 0) {
      const lot = lots.at(-1)
      if (!lot) return
      const part = Math.min(excess, lot.left)
      lot.left -= part
      excess -= part
      if (lot.left === 0) lots.pop()
      book(() => release(part, lot.reservedAt))
    }
  }

  return {
    async reserve(wanted) {
      if (pool() >= wanted) return { available: pool(), nextAt: 0 }
      const { nextAt } = await refill(wanted - pool())
      return { available: pool(), nextAt }
    },
    async admit() {
      if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
      while (lots.length === 0) {
        const { granted, nextAt } = await refill(REFILL)
        if (granted === 0)
          throw new AppError('budget_exhausted', { retryAfterMs: Math.max(0, nextAt - deps.clock.now()) })
      }
      if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
      open.push(take())
      sent++
    },
    note(record: CallRecord) {
      const reservedAt = open.shift()
      const answeredNow = ++answered
      if (record.code === null && record.status !== null) succeeded = true
      book(() => deps.budget.note(record.quota, counted - answeredNow, reservedAt))
      shrink(record.quota)
      if (record.code === 'apple_rate_limited') {
        const until = deps.clock.now() + (record.retryAfterMs ?? QUIET_DEFAULT_MS)
        book(() => deps.budget.keepQuiet(until))
      }
    },
    async close() {
      for (const { left, reservedAt } of lots.splice(0)) book(() => release(left, reservedAt))
      await books
    },
    sent: () => sent,
    succeeded: () => succeeded,
  }
}
