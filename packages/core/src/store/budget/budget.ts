import type { Redis } from 'ioredis'
import { number, read, text, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const reserveScript = defineScript(import.meta.url, './reserve-budget.lua', '../connection/now-ms.lua')
const beginScript = defineScript(import.meta.url, './begin-call.lua')
const readScript = defineScript(import.meta.url, './read-budget.lua')
const settleScript = defineScript(import.meta.url, './settle-budget.lua', '../connection/now-ms.lua')

/** Apple's hour and the limit that is believed before it answers. */
export interface BudgetSettings {
  /** Apple's hour in ms; shorter only with an emulator whose hour is shorter. */
  windowMs: number
  /** The limit believed until Apple's first answer. */
  defaultLimit: number
}

/** What an answer of App Store Connect says about its quotas; null where it says nothing. */
export interface BudgetReading {
  hourLimit: number | null
  hourRemaining: number | null
  minuteLimit: number | null
  minuteRemaining: number | null
}

/** How many, when asking again may help, and now. */
const BEGUN = tuple(number, text)
const RESERVED = tuple<[number, number, number]>(number, number, number)

const NOTHING_READ: BudgetReading = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }

export interface BudgetState {
  limit: number
  remaining: number | null
  observedAt: number | null
  quietUntil: number
  /** The calls that are in the window, ours and those of others, the oldest first. */
  calls: readonly { at: number; count: number }[]
}

/** What is left of one team key's rolling hour and minute, shared by everybody who uses the key here. Times are of Redis's clock. */
export interface Budget {
  /**
   * Reserves up to `wanted` calls, keeping back a share (0..1) of the limit; `nextAt` (ms) is when asking again may help. A visit
   * names itself as `holder`: it then has these in hand, in place of what it or a visit before had.
   */
  reserve(wanted: number, keepBack: number, holder?: string): Promise<{ granted: number; nextAt: number; now: number }>
  /** Calls that the holder has in hand go out; how many there were (any more), and when they were reserved (ms). */
  begin(holder: string, calls: number): Promise<{ begun: number; reservedAt: number }>
  /** Calls that were begun did not go out: the holder has them in hand again. */
  unbegin(holder: string, calls: number): Promise<void>
  /** Gives back what the holder has in hand. */
  release(unused: number, holder: string): Promise<void>
  /**
   * Takes over what an answer said. `open`: calls reserved that had not been answered when this one was. `answered`: so many calls,
   * all reserved then (ms), were answered; they count from now on, since Apple may have counted them as late as this. `keyAt`: when the
   * key was given that it is about (ms); of one that was replaced since, or deleted, nothing is kept.
   */
  note(
    reading: BudgetReading,
    open: number,
    answered?: { reservedAt: number; calls: number },
    keyAt?: number,
  ): Promise<void>
  /** Nothing is granted for so long (ms). */
  keepQuiet(forMs: number, keyAt?: number): Promise<void>
  read(): Promise<BudgetState>
}

/** The budget of one team key. `testClock` is for tests; times are of Redis's clock otherwise. */
export function createBudget(
  redis: Redis,
  teamKey: string,
  settings: BudgetSettings,
  testClock?: { now(): number },
): Budget {
  const { budget: key, lane } = laneKeys(teamKey)
  const now = () => testClock?.now() ?? ''
  const settle = async (what: {
    back?: number
    holder?: string
    open?: number
    reading?: BudgetReading
    answered?: { reservedAt: number; calls: number } | undefined
    quietMs?: number
    keyAt?: number | undefined
  }) => {
    const { hourLimit, hourRemaining, minuteLimit, minuteRemaining } = what.reading ?? NOTHING_READ
    await settleScript.run(
      redis,
      [key, lane],
      [
        now(),
        what.back ?? 0,
        settings.windowMs,
        what.open ?? 0,
        hourLimit ?? '',
        hourRemaining ?? '',
        minuteLimit ?? '',
        minuteRemaining ?? '',
        what.quietMs ?? '',
        what.holder ?? '',
        what.answered?.reservedAt ?? '',
        what.answered?.calls ?? 0,
        what.keyAt ?? '',
      ],
    )
  }
  return {
    async reserve(wanted, keepBack, holder = '') {
      const args = [now(), wanted, settings.windowMs, keepBack, settings.defaultLimit, holder]
      const answer = await reserveScript.run(redis, [key], args)
      const [granted, nextAt, at] = read(RESERVED, answer, 'An answer of reserve-budget.lua')
      return { granted, nextAt, now: at }
    },
    async begin(holder, calls) {
      const answer = await beginScript.run(redis, [key], [holder, calls])
      const [begun, reservedAt] = read(BEGUN, answer, 'An answer of begin-call.lua')
      return { begun, reservedAt: Number(reservedAt) }
    },
    unbegin: async (holder, calls) => void (await beginScript.run(redis, [key], [holder, -calls])),
    release: async (unused, holder) => {
      if (unused > 0) await settle({ back: unused, holder })
    },
    note: (reading, open, answered, keyAt) => settle({ reading, open, answered, keyAt }),
    keepQuiet: (forMs, keyAt) => settle({ quietMs: Math.round(forMs), keyAt }),
    async read() {
      const [at, ...flat] = read(texts, await readScript.run(redis, [key], []), 'An answer of read-budget.lua')
      const state: Record<string, string> = {}
      for (let field = 0; field + 1 < flat.length; field += 2) state[flat[field] ?? ''] = flat[field + 1] ?? ''
      const { limit = settings.defaultLimit, observedAt, quietUntil } = state
      const calls = callsIn(state, testClock?.now() ?? Number(at), settings.windowMs)
      const used = calls.reduce((sum, { count }) => sum + count, 0)
      return {
        limit: Number(limit),
        // As reserve-budget.lua counts: what Apple's last answer said is older than what was reserved since, the API's calls included.
        remaining: observedAt === undefined && used === 0 ? null : Math.max(0, Number(limit) - used),
        observedAt: observedAt ? Number(observedAt) : null,
        quietUntil: Number(quietUntil ?? 0),
        calls,
      }
    },
  }
}

/** As many slices as in reserve-budget.lua. */
const SLICES = 240

/** Calls in the window, ours by the slice in which they are counted, those of others when they were seen. */
function callsIn(state: Record<string, string>, now: number, windowMs: number): { at: number; count: number }[] {
  const slice = windowMs / SLICES
  const own = Object.entries(state)
    .filter(([name]) => name.startsWith('h:') && (Number(name.slice(2)) + 1) * slice + windowMs > now)
    .map(([name, count]) => ({ at: Number(name.slice(2)) * slice, count: Number(count) }))
  const others = { at: Number(state['foreignAt'] ?? 0), count: Number(state['foreign'] ?? 0) }
  const all = others.at + windowMs > now ? [...own, others] : own
  return all.toSorted((a, b) => a.at - b.at)
}
