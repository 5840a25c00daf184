import type { Clock } from '../../domain/clock.ts'
import { AppError } from '../../errors.ts'
import { createWorkers, pauseLane, readLaneOverview, resumeLane, type Budget, type Store } from '../../store/index.ts'

/** What a lane is doing, for people. Times are ms; null: nothing to do, or only when rung. */
export interface LaneStatus {
  waiting: number
  active: number
  delayed: number
  failed: number
  paused: boolean
  nextVisitAt: number | null
  estimatedDoneAt: number | null
}

export interface BudgetStatus {
  limit: number | null
  remaining: number | null
  observedAt: number | null
}

export interface LaneReader {
  status(teamKey: string): Promise<LaneStatus>
  budget(teamKey: string): Promise<BudgetStatus>
  /** Since when a quota is used up, and when it gives calls back (ms); null while there are some left. */
  budgetWait(teamKey: string): Promise<{ since: number | null; until: number } | null>
  pause(teamKey: string): Promise<void>
  resume(teamKey: string): Promise<void>
}

export interface LaneReaderDeps {
  store: Store
  clock: Clock
  budgetOf: (teamKey: string) => Budget
}

const HOUR_MS = 3_600_000
/** Below it, lists and readings wait; below the reserve, which is less, everything does. */
const BULK_SHARE = 0.25
const SOON_MS = 1_500

/** What operators and the API see of a lane, and its two switches. */
export function createLaneReader(deps: LaneReaderDeps): LaneReader {
  const { store, clock } = deps
  const exists = async (teamKey: string) => {
    if (!(await store.teamKeys.find(teamKey)))
      throw new AppError('not_found', { message: `There is no team key "${teamKey}".` })
  }
  return {
    async status(teamKey) {
      const now = clock.now()
      const [lane, dueAt, budget, { isServed }] = await Promise.all([
        readLaneOverview(store.redis, teamKey),
        store.ready.dueAt([teamKey]),
        deps.budgetOf(teamKey).read(),
        createWorkers(store.redis).serving(teamKey, now),
      ])
      const { waiting, active, delayed, failed, paused, blocked, outage } = lane
      const open = waiting + active + delayed
      return {
        waiting,
        active,
        delayed,
        failed,
        paused,
        nextVisitAt: dueAt[0] ?? null,
        estimatedDoneAt: estimateDoneAt({
          ...budget,
          now,
          open,
          isStopped: paused || blocked !== null || outage !== null || !isServed,
          nextVisitAt: dueAt[0] ?? null,
        }),
      }
    },
    async budget(teamKey) {
      const { limit, remaining, observedAt } = await deps.budgetOf(teamKey).read()
      return { limit, remaining, observedAt }
    },
    async budgetWait(teamKey) {
      const [{ limit, remaining, quietUntil, calls }, [dueAt]] = await Promise.all([
        deps.budgetOf(teamKey).read(),
        store.ready.dueAt([teamKey]),
      ])
      const now = clock.now()
      // Apple asked for quiet when it answered the last call.
      if (quietUntil > now) return { since: calls.at(-1)?.at ?? null, until: quietUntil }
      // A lane out of budget is due when the hour gives something back, not before.
      const isSpent = remaining !== null && remaining <= limit * BULK_SHARE
      if (!isSpent || dueAt === null || dueAt === undefined || dueAt <= now + SOON_MS) return null
      return { since: spentSince(calls, limit * (1 - BULK_SHARE)), until: dueAt }
    },
    async pause(teamKey) {
      await exists(teamKey)
      await pauseLane(store.redis, teamKey, clock.now())
    },
    async resume(teamKey) {
      await exists(teamKey)
      await resumeLane(store.redis, teamKey)
      await store.ready.ring(teamKey)
    },
  }
}

/**
 * Since when so many calls are used up (ms): every call that is in the hour now was in it from then on. Calls that have left it since
 * may have used it up before: then it was earlier, never later.
 */
export function spentSince(calls: readonly { at: number; count: number }[], allowed: number): number | null {
  let used = 0
  for (const { at, count } of calls) {
    used += count
    if (used >= allowed) return at
  }
  return null
}

export interface Outlook {
  now: number
  /** Changes that are not carried out yet. */
  open: number
  limit: number
  remaining: number | null
  /** Paused, blocked, without a worker, or Apple answers nothing usable: nobody can say when it goes on. */
  isStopped: boolean
  nextVisitAt: number | null
}

/** When all that is open is about done (ms): never before the lane is looked at next. Null: nothing is open, or nobody can say. */
export function estimateDoneAt({ now, open, limit, remaining, isStopped, nextVisitAt }: Outlook): number | null {
  if (open === 0 || isStopped) return null
  return Math.max(now, nextVisitAt ?? now) + estimateMs(open, limit, remaining)
}

/** One call a change, about one call a second while the quota lasts, then as the hour gives back. */
function estimateMs(changes: number, limit: number, remaining: number | null): number {
  const now = Math.max(0, (remaining ?? limit) - limit * 0.05)
  const later = Math.max(0, changes - now)
  return Math.min(changes, now) * 250 + (later / Math.max(1, limit * 0.95)) * HOUR_MS
}
