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

export interface BudgetReading {
  hourLimit: number | null
  hourRemaining: number | null
  minuteLimit: number | null
  minuteRemaining: number | null
}

/** What is left of one team key's rolling hour and minute, shared by everybody who uses the key here. */
export interface Budget {
  /** Reserves up to `wanted` calls, keeping back a share (0..1) of the limit. `nextAt` (ms) is when asking again may help. */
  reserve(wanted: number, keepBack: number): Promise<{ granted: number; nextAt: number }>
  /** Gives back what was not sent. */
  release(unused: number): Promise<void>
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
  const settle = async (back: number, open: number, reading: Partial<BudgetReading>, quietUntil?: number) => {
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
      ],
    )
  }
  return {
    async reserve(wanted, keepBack) {
      const args = [clock.now(), wanted, settings.windowMs, keepBack, settings.defaultLimit]
      const [granted, nextAt] = (await reserveScript.run(redis, [key], args)) as [number, number, number]
      return { granted, nextAt }
    },
    release: async (unused) => {
      if (unused > 0) await settle(unused, 0, {})
    },
    correct: (reading, open) => settle(0, open, reading),
    keepQuiet: (until) => settle(0, 0, {}, until),
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
