import type { Clock } from '../../domain/clock.ts'
import { backlogDoneAt, estimateDoneAt, type Outlook, type Quota } from '../../domain/outlook.ts'
import type { BudgetWait } from '../../domain/waits-for.ts'
import { AppError } from '../../errors.ts'
import type { Budget, LaneOverview, Store } from '../../store/index.ts'

/** What a lane is doing, for people. Times are ms; null: nothing to do, or only when rung. */
export interface LaneStatus {
  waiting: number
  active: number
  delayed: number
  failed: number
  paused: boolean
  nextVisitAt: number | null
  estimatedDoneAt: number | null
  /** When whoever waits for a turn has had it; what sleeps may take longer. */
  backlogDoneAt: number | null
}

/** Calls to App Store Connect in an hour: the limit, what is left, and when Apple last said so (ms). Null before its first answer. */
export interface BudgetStatus {
  limit: number | null
  remaining: number | null
  observedAt: number | null
}

/** What is shown of a lane, and its pause. */
export interface LaneReader {
  status(teamKey: string): Promise<LaneStatus>
  budget(teamKey: string): Promise<BudgetStatus>
  /** Since when a quota is used up, and when it gives calls back (ms); null while there are some left. */
  budgetWait(teamKey: string): Promise<BudgetWait | null>
  pause(teamKey: string): Promise<void>
  resume(teamKey: string): Promise<void>
}

export interface LaneReaderDeps {
  store: Store
  clock: Clock
  budgetOf: (teamKey: string) => Budget
}

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
        store.lane(teamKey).overview(),
        store.ready.dueAt([teamKey]),
        deps.budgetOf(teamKey).read(),
        store.workers.serving(teamKey, now),
      ])
      const { waiting, active, delayed, failed, paused } = lane
      const nextVisitAt = dueAt[0] ?? null
      const outlook = outlookOf({ ...lane, budget }, { now, isServed, nextVisitAt })
      return {
        waiting,
        active,
        delayed,
        failed,
        paused,
        nextVisitAt,
        estimatedDoneAt: estimateDoneAt(outlook),
        backlogDoneAt: backlogDoneAt(outlook),
      }
    },
    async budget(teamKey) {
      const { limit, remaining, observedAt } = await deps.budgetOf(teamKey).read()
      return { limit, remaining, observedAt }
    },
    async budgetWait(teamKey) {
      const [{ limit, remaining, quietUntil, calls }, { waits }, [dueAt]] = await Promise.all([
        deps.budgetOf(teamKey).read(),
        store.lane(teamKey).overview(),
        store.ready.dueAt([teamKey]),
      ])
      const now = clock.now()
      const isSpent = remaining !== null && remaining <= limit * BULK_SHARE
      // Apple asked for quiet when it answered the last call.
      if (quietUntil > now) return { since: calls.at(-1)?.at ?? null, until: quietUntil, isAsked: !isSpent }
      if (!isSpent || dueAt === null || dueAt === undefined) return null
      const since = spentSince(calls, limit * (1 - BULK_SHARE))
      const until = waitsUntil(waits, { now, nextVisitAt: dueAt })
      if (until !== null) return { since, until }
      // Nothing at all is left, and the next visit has still to find out when there is.
      return remaining <= 0 ? { since, until: null } : null
    },
    async pause(teamKey) {
      await exists(teamKey)
      await store.lane(teamKey).pause(clock.now())
    },
    async resume(teamKey) {
      await exists(teamKey)
      await store.lane(teamKey).resume()
      await store.ready.ring(teamKey)
    },
  }
}

/**
 * When the hour gives something back (ms); null: something can be done now. A visit before that is for a task of the lane, and does not
 * carry out a change. Where lists alone wait, a lane that comes now has an event to serve.
 */
function waitsUntil(waits: LaneOverview['waits'], { now, nextVisitAt }: { now: number; nextVisitAt: number | null }) {
  if (waits === null) return null
  const until = waits.events > now || (nextVisitAt ?? 0) <= now + SOON_MS ? waits.events : waits.bulk
  return until > now ? until : null
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

/** What all estimates of a lane are made of. */
export function outlookOf(
  lane: Pick<
    LaneOverview,
    'waiting' | 'active' | 'delayed' | 'sleepUntil' | 'paused' | 'blocked' | 'outage' | 'waits'
  > & {
    budget: Quota
  },
  { now, isServed, nextVisitAt }: { now: number; isServed: boolean; nextVisitAt: number | null },
): Outlook {
  const { limit, remaining } = lane.budget
  const isEmpty = remaining !== null && remaining <= 0 && (nextVisitAt ?? 0) <= now + SOON_MS
  return {
    now,
    limit,
    remaining,
    waiting: lane.waiting + lane.active,
    delayed: lane.delayed,
    sleepUntil: lane.sleepUntil,
    isStopped: lane.paused || lane.blocked !== null || lane.outage !== null || !isServed || isEmpty,
    goesOnAt: waitsUntil(lane.waits, { now, nextVisitAt }) ?? nextVisitAt,
  }
}
