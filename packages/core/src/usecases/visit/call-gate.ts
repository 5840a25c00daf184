import type { CallRecord, Gate } from '@flightroster/app-store-connect'
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
  /** Calls under way at once. */
  atOnce: () => number
  /** Names the visit to the budget: the token of its lease. */
  holder: string
  /** When the key of the calls was given (ms). */
  keyAt: number
}

export interface CallGate extends Gate {
  /** Reserves up to `wanted` calls ahead; returns how many there are now, and when more may be had (ms). */
  reserve(wanted: number): Promise<{ available: number; nextAt: number }>
  /**
   * Tells the store of the next calls before anybody makes them, as many as are under way at once: the first together with what else is
   * written before it, and each of the others while one before it is under way. So whoever makes them need not wait for it.
   */
  beginAhead(calls: number): void
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
/** Calls in hand are reserved anew after this: Apple's minute counts a call when it is sent. */
const SPARE_LASTS_MS = 30_000
/** The store could not be asked whether a call may go out. */
const STORE_AGAIN_MS = 1_000

/**
 * What every call of a visit passes: the lease is ours, and the quota has room. The store hears of reservations and answers one after
 * the other, in the order they happened here, so that it can tell our calls from those of others who use the key. It hears of each
 * call before that goes out: what a visit that died had in hand is then surely not sent, and the next visit gives it back.
 */
export function createCallGate(deps: GateDeps): CallGate {
  /** Calls in hand: reserved, and not begun. */
  let spare = 0
  let spareSince = 0
  /** Those that the store was told of before anybody made them, the oldest first; of these, the ones that it has answered. */
  const ahead: Promise<number | null>[] = []
  let unsent = 0
  /** Calls that are still to come, and of which the store is not told yet. */
  let expected = 0
  let lastBegin: Promise<unknown> = Promise.resolve()
  /** What is told next, and how many calls so far. */
  let nextBegin: ReturnType<Budget['begin']> | null = null
  const waiting = { calls: 0 }
  /** Calls that the store is being told of, and that go out next. */
  let beginning = 0
  /** When the calls under way were reserved, the oldest first. */
  const open: number[] = []
  /** Calls of this visit that the budget counts; of these, the ones answered. */
  let counted = 0
  let answered = 0
  let sent = 0
  let succeeded = false
  let writes: Promise<unknown> = Promise.resolve()
  /** Answers that the store is still to be told of, where nothing else is to be told after them: the next one is told with them. */
  let answers: { quota: CallRecord['quota']; nth: number; reservedAt: number | undefined; calls: number } | null = null
  /** What Apple said of the quota while more was being reserved. */
  let toldMeanwhile: CallRecord['quota'] | null = null
  let refilling: Promise<{ granted: number; nextAt: number; now: number }> | null = null

  const inOrder = <T>(work: () => Promise<T>): Promise<T> => {
    answers = null
    const done = writes.then(work)
    writes = done.catch(() => {})
    return done
  }
  const write = (work: () => Promise<void>) => {
    inOrder(work).catch((error: unknown) => {
      deps.log.warn({ err: error }, 'The budget could not be corrected; our own count goes on.')
    })
  }

  const refill = (wanted: number) => {
    refilling ??= inOrder(() => reserve(wanted)).finally(() => (refilling = null))
    return refilling
  }
  const reserve = async (wanted: number) => {
    // What is in hand is told by then: none of these calls is given back with the others.
    await nextBegin?.catch(() => {})
    const reservation = await deps.budget.reserve(wanted, deps.keepBack(), deps.holder)
    counted += reservation.granted - spare
    spare = reservation.granted
    spareSince = deps.clock.monotonic()
    if (toldMeanwhile) shrink(toldMeanwhile)
    toldMeanwhile = null
    return reservation
  }
  const release = async (unused: number) => {
    await deps.budget.release(unused, deps.holder)
    counted -= unused
  }
  const isStale = () => deps.clock.monotonic() - spareSince > SPARE_LASTS_MS
  /** One call in hand is begun; when it was reserved, or null where the store knows of none. */
  const begin = async (): Promise<number | null> => {
    spare--
    beginning++
    try {
      return await beginTogether()
    } catch (cause) {
      throw new AppError('lease_lost', { retryAfterMs: STORE_AGAIN_MS, cause })
    } finally {
      beginning--
    }
  }

  /** Calls that come while the store is being told of others are told together after these. */
  const beginTogether = async (): Promise<number | null> => {
    nextBegin ??= lastBegin.then(() => {
      const { calls } = waiting
      waiting.calls = 0
      nextBegin = null
      const telling = deps.budget.begin(deps.holder, calls)
      lastBegin = telling.catch(() => {})
      return telling
    })
    const place = waiting.calls++
    const { begun, reservedAt } = await nextBegin
    return place < begun ? reservedAt : null
  }

  const tellAhead = () => {
    while (expected > 0 && ahead.length < deps.atOnce()) {
      if (refilling || spare === 0 || isStale() || !deps.isLeaseHeld()) return
      expected--
      const telling = begin().then((reservedAt) => {
        if (reservedAt !== null) unsent++
        return reservedAt
      })
      telling.catch(() => {})
      ahead.push(telling)
    }
  }

  /** Tells the store what an answer said of the quota. */
  const noteAnswer = (quota: CallRecord['quota'], reservedAt: number | undefined) => {
    const nth = ++answered
    if (answers && answers.reservedAt === reservedAt) {
      answers.calls++
      if (quota.hourRemaining === null && quota.minuteRemaining === null) return
      answers.quota = quota
      answers.nth = nth
      return
    }
    const mine = { quota, nth, reservedAt, calls: 1 }
    write(() => {
      if (answers === mine) answers = null
      const told = reservedAt === undefined ? undefined : { reservedAt, calls: mine.calls }
      return deps.budget.note(mine.quota, counted - mine.nth, told, deps.keyAt)
    })
    answers = mine
  }

  /** What is in hand goes back where Apple has less left than we believed: somebody else was quicker, or a limit was not known. */
  const shrink = (quota: CallRecord['quota']) => {
    const { hourLimit, hourRemaining, minuteLimit, minuteRemaining } = quota
    const usable = Math.min(roomOf(hourLimit, hourRemaining), roomOf(minuteLimit, minuteRemaining))
    const excess = Math.min(spare, spare - usable)
    if (excess <= 0) return
    spare -= excess
    write(() => release(excess))
  }
  const roomOf = (limit: number | null, remaining: number | null) =>
    remaining === null
      ? Infinity
      : Math.max(0, remaining - Math.ceil((limit ?? 0) * deps.keepBack()) - open.length - beginning - unsent)

  return {
    async reserve(wanted) {
      if (spare >= wanted && !isStale()) return { available: spare, nextAt: 0 }
      const { nextAt } = await refill(wanted)
      return { available: spare, nextAt }
    },
    async admit() {
      for (;;) {
        if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
        const begun = ahead.shift()
        if (begun) tellAhead()
        else expected = Math.max(0, expected - 1)
        if (!begun && (refilling || spare === 0 || isStale())) {
          const { granted, nextAt, now } = await refill(Math.max(REFILL, spare))
          if (granted === 0) throw new AppError('budget_exhausted', { retryAfterMs: Math.max(0, nextAt - now) })
          // Others may have been quicker, or a limit that was learnt meanwhile has taken it back.
          if (spare === 0) continue
        }
        const reservedAt = await (begun ?? begin())
        if (begun && reservedAt !== null) unsent--
        if (!deps.isLeaseHeld()) throw new AppError('lease_lost')
        if (reservedAt === null) {
          spare = 0
          continue
        }
        open.push(reservedAt)
        sent++
        return
      }
    },
    note(record: CallRecord) {
      if (record.code === null && record.status !== null) succeeded = true
      noteAnswer(record.quota, open.shift())
      if (refilling) toldMeanwhile = record.quota
      else shrink(record.quota)
      if (record.code === 'apple_rate_limited') {
        const quietMs = record.retryAfterMs ?? QUIET_DEFAULT_MS
        write(() => deps.budget.keepQuiet(quietMs, deps.keyAt))
      }
    },
    beginAhead(calls) {
      expected = calls
      tellAhead()
    },
    async close() {
      expected = 0
      await Promise.allSettled(ahead)
      if (unsent > 0) {
        const notSent = unsent
        write(() => deps.budget.unbegin(deps.holder, notSent))
        spare += notSent
      }
      const unused = spare
      spare = 0
      write(() => release(unused))
      await writes
    },
    sent: () => sent,
    succeeded: () => succeeded,
  }
}
