import type { World } from './world.ts'

/** What a device of a tester is, in Apple's words (`appDevices`). */
export interface AppDevice {
  model?: string
  platform?: 'IOS' | 'MAC_OS' | 'TV_OS' | 'WATCH_OS' | 'VISION_OS'
  osVersion?: string
  appBuildVersion?: string
}

export interface UsageEntry {
  /** When it happened (ms). */
  at: number
  sessions: number
  crashes: number
  feedback: number
}

export const usagePeriods = { P7D: 7, P30D: 30, P90D: 90, P365D: 365 } as const
export type UsagePeriod = keyof typeof usagePeriods

const day = 86_400_000

/** What testers did with each app. `gap`: Apple gives no row for them, whatever they did. */
export class Usage {
  readonly #world: World
  readonly #entries = new Map<string, UsageEntry[]>()
  readonly #gaps = new Set<string>()

  constructor(world: World) {
    this.#world = world
  }

  /** In place of everything before. */
  set(appId: string, testerId: string, entries: UsageEntry[] | 'gap'): void {
    const key = `${appId}/${testerId}`
    this.#gaps.delete(key)
    if (entries === 'gap') this.#gaps.add(key)
    else this.#entries.set(key, entries)
  }

  /** The end of what is counted: figures trail. */
  until(now: number): number {
    return now - this.#world.settings.usageDelayMs
  }

  /** A tester's row by Apple's rules; undefined where there is none. */
  row(appId: string, testerId: string, state: string | null): UsageEntry[] | undefined {
    const { usageRows } = this.#world.settings
    const key = `${appId}/${testerId}`
    if (usageRows === 'none' || state !== 'INSTALLED' || this.#gaps.has(key)) return undefined
    return usageRows === 'zero' ? [] : (this.#entries.get(key) ?? [])
  }

  /** Data points of a row: one of the whole period, or one a day. */
  points(entries: UsageEntry[], period: UsagePeriod, now: number): object[] {
    const end = this.until(now)
    const days = usagePeriods[period]
    const width = this.#world.settings.usagePoints === 'day' ? 1 : days
    const points: object[] = []
    for (let left = days; left > 0; left -= width) {
      const start = end - left * day
      const counted = entries.filter(({ at }) => at > start && at <= start + width * day)
      const sum = (name: 'sessions' | 'crashes' | 'feedback') => counted.reduce((all, one) => all + one[name], 0)
      points.push({
        start: new Date(start).toISOString(),
        end: new Date(start + width * day).toISOString(),
        values: { crashCount: sum('crashes'), sessionCount: sum('sessions'), feedbackCount: sum('feedback') },
      })
    }
    return points
  }
}
