import type { Redis } from 'ioredis'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'

const reserveScript = defineScript(import.meta.url, './reserve-budget.lua')
const settleScript = defineScript(import.meta.url, './settle-budget.lua')

export interface BudgetSettings {
  /** Apple's hour in ms; shorter only with an emulator whose hour is shorter. */
  windowMs: number
  /** The limit believed until Apple's first answer. */
  defaultLimit: number
}

/** Calls are counted in so many slices of the window; a reservation counts in the slice in which it was made. */
const BUDGET_SLICES = 240

export interface BudgetReading {
  hourLimit: number | null
  hourRemaining: number | null
  minuteLimit: number | null
  minuteRemaining: number | null
}

/** What is left of one team key's rolling hour and minute, shared by everybody who uses the key here. */
export interface Budget {
  /** How long a reservation may wait to be sent: it counts from when it was made, Apple counts from when it arrives. */
  reservationMs: number
  /** Reserves up to `wanted` calls, keeping back a share (0..1) of the limit. `nextAt` (ms) is when asking again may help. */
  reserve(wanted: number, keepBack: number): Promise<{ granted: number; nextAt: number }>
  /** Gives back what was reserved at that time (ms) and not sent. */
  release(unused: number, reservedAt: number): Promise<void>
  /** Takes over what an answer said. `open`: calls reserved and not yet answered. */
  correct(reading: BudgetReading, open: number): Promise<void>
  /** Nothing is granted until then (ms). */
  keepQuiet(until: number): Promise<void>
  read(): Promise<{ limit: number; remaining: number | null; observedAt: number | null; quietUntil: number }>
}

export function createBudget(
  redis: Redis,
  clock: { now(): number },
  teamKey: string,
  settings: BudgetSettings,
): Budget {
  const key = laneKeys(teamKey).budget
  const settle = async (
    back: number,
    open: number,
    reading: Partial<BudgetReading>,
    { quietUntil, reservedAt = clock.now() }: { quietUntil?: number; reservedAt?: number } = {},
  ) => {
    const { hourLimit, hourRemaining, minuteLimit, minuteRemaining } = reading
    await settleScript.run(
      redis,
      [key],
      [
        clock.now(),
        back,
        settings.windowMs,
        open,
        hourLimit ?? '',
        hourRemaining ?? '',
        minuteLimit ?? '',
        minuteRemaining ?? '',
        quietUntil ?? '',
        reservedAt,
      ],
    )
  }
  return {
    // Half a slice: the other half is for the way to Apple.
    reservationMs: settings.windowMs / BUDGET_SLICES / 2,
    async reserve(wanted, keepBack) {
      const args = [clock.now(), wanted, settings.windowMs, keepBack, settings.defaultLimit]
      const [granted, nextAt] = (await reserveScript.run(redis, [key], args)) as [number, number, number]
      return { granted, nextAt }
    },
    release: async (unused, reservedAt) => {
      if (unused > 0) await settle(unused, 0, {}, { reservedAt })
    },
    correct: (reading, open) => settle(0, open, reading),
    keepQuiet: (until) => settle(0, 0, {}, { quietUntil: until }),
    async read() {
      const [limit, remaining, observedAt, quietUntil] = await redis.hmget(
        key,
        'limit',
        'remaining',
        'observedAt',
        'quietUntil',
      )
      return {
        limit: Number(limit ?? settings.defaultLimit),
        remaining: remaining === null || remaining === undefined ? null : Number(remaining),
        observedAt: observedAt ? Number(observedAt) : null,
        quietUntil: Number(quietUntil ?? 0),
      }
    },
  }
}
