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

const NOTHING_READ: BudgetReading = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }

/** What is left of one team key's rolling hour and minute, shared by everybody who uses the key here. */
export interface Budget {
  /**
   * Reserves up to `wanted` calls, keeping back a share (0..1) of the limit. `at` (ms) names the reservation; `nextAt` (ms) is when
   * asking again may help.
   */
  reserve(wanted: number, keepBack: number): Promise<{ granted: number; at: number; nextAt: number }>
  /** Gives back what was reserved at that time (ms) and not sent. */
  release(unused: number, reservedAt: number): Promise<void>
  /**
   * Takes over what an answer said. `open`: calls reserved that had not been answered when this one was. `reservedAt`: when the
   * answered call was reserved (ms); it counts from now on, since Apple may have counted it as late as this.
   */
  note(reading: BudgetReading, open: number, reservedAt?: number): Promise<void>
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
  const settle = async (what: {
    back?: number
    backTo?: number
    open?: number
    reading?: BudgetReading
    answered?: number | undefined
    quietUntil?: number
  }) => {
    const { hourLimit, hourRemaining, minuteLimit, minuteRemaining } = what.reading ?? NOTHING_READ
    await settleScript.run(
      redis,
      [key],
      [
        clock.now(),
        what.back ?? 0,
        settings.windowMs,
        what.open ?? 0,
        hourLimit ?? '',
        hourRemaining ?? '',
        minuteLimit ?? '',
        minuteRemaining ?? '',
        what.quietUntil ?? '',
        what.backTo ?? '',
        what.answered ?? '',
      ],
    )
  }
  return {
    async reserve(wanted, keepBack) {
      const at = clock.now()
      const args = [at, wanted, settings.windowMs, keepBack, settings.defaultLimit]
      const [granted, nextAt] = (await reserveScript.run(redis, [key], args)) as [number, number]
      return { granted, at, nextAt }
    },
    release: async (unused, reservedAt) => {
      if (unused > 0) await settle({ back: unused, backTo: reservedAt })
    },
    note: (reading, open, reservedAt) => settle({ reading, open, answered: reservedAt }),
    keepQuiet: (until) => settle({ quietUntil: until }),
    async read() {
      const state = await redis.hgetall(key)
      const { limit = settings.defaultLimit, observedAt, quietUntil } = state
      const used = countUsed(state, clock.now(), settings.windowMs)
      return {
        limit: Number(limit),
        // As reserve-budget.lua counts: what Apple's last answer said is older than what was reserved since, the API's calls included.
        remaining: observedAt === undefined && used === 0 ? null : Math.max(0, Number(limit) - used),
        observedAt: observedAt ? Number(observedAt) : null,
        quietUntil: Number(quietUntil ?? 0),
      }
    },
  }
}

/** As many slices as in reserve-budget.lua. */
const SLICES = 240

/** Calls in the window, ours and those of others. */
function countUsed(state: Record<string, string>, now: number, windowMs: number): number {
  const slice = windowMs / SLICES
  const others = Number(state['foreignAt'] ?? 0) + windowMs > now ? Number(state['foreign'] ?? 0) : 0
  return Object.entries(state).reduce((sum, [name, calls]) => {
    const isInside = name.startsWith('h:') && (Number(name.slice(2)) + 1) * slice + windowMs > now
    return isInside ? sum + Number(calls) : sum
  }, others)
}
