/** When work is done, told in one place: the API, the pages, a list's plan and what a member waits for must not contradict each other. */

const HOUR_MS = 3_600_000
const MS_A_CALL = 250
/** What is left of the quota for others who use the same key. */
const RESERVE = 0.05
const DEFAULT_LIMIT = 3_600

export interface Quota {
  limit: number | null
  remaining: number | null
}

/** How long so many calls take: about four a second while the quota lasts, then as the hour gives back. `keep`: the share that stays. */
export function msOfCalls(calls: number, quota: Quota, keep = RESERVE): number {
  const limit = quota.limit ?? DEFAULT_LIMIT
  const now = Math.max(0, (quota.remaining ?? limit) - limit * keep)
  const later = Math.max(0, calls - now)
  return Math.min(calls, now) * MS_A_CALL + (later / Math.max(1, limit * (1 - keep))) * HOUR_MS
}

export interface Outlook extends Quota {
  now: number
  /** Changes that wait for their turn or are under way. */
  waiting: number
  /** Changes that sleep, and until when the last of them does (ms). */
  delayed: number
  sleepUntil: number | null
  /** Paused, blocked, without a worker, or Apple answers nothing usable: nobody can say when it goes on. */
  isStopped: boolean
  /** When a change is carried out next (ms): at the next visit, or once the hour gives calls back. */
  goesOnAt: number | null
}

/** When whoever waits for a turn has had it, about (ms): one call a change, never before the next one goes on. Null: nobody waits, or nobody can say. */
export function backlogDoneAt({ now, waiting, isStopped, goesOnAt, ...quota }: Outlook): number | null {
  if (waiting === 0 || isStopped) return null
  return Math.max(now, goesOnAt ?? now) + msOfCalls(waiting, quota)
}

/** When all that is open is done, about (ms): what sleeps is not before it wakes. */
export function estimateDoneAt(outlook: Outlook): number | null {
  const { delayed, sleepUntil } = outlook
  const done = backlogDoneAt({ ...outlook, waiting: outlook.waiting + delayed })
  return done === null || delayed === 0 ? done : Math.max(done, (sleepUntil ?? 0) + MS_A_CALL)
}
