import type { Gate } from '@flightroster/core/apple'
import type { Clock } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { createBudget, type Budget, type Store } from '@flightroster/core/store'
import { createLaneReader, type LaneReader } from '@flightroster/core/usecases/lanes'
import { createLaneQueue } from '@flightroster/core/queues'
import { queueName, queuePrefix } from '@flightroster/core/store'
import { keepOpen } from './kept-open.ts'

const DEFAULT_LIMIT = 3_600
/** Queues opened for reading; each costs some memory and no connection. */
const OPEN_QUEUES = 200

export interface Lanes {
  reader: LaneReader
  gateFor: (teamKey: string) => Gate
  close(): Promise<void>
}

/** What the API sees of lanes: counts and budgets, never a lease. */
export function createLanes(deps: {
  budgetWindowMs: number
  store: Store
  clock: Clock
  redis: Store['redis']
}): Lanes {
  const { budgetWindowMs, clock, redis } = deps
  const queues = keepOpen(OPEN_QUEUES, (teamKey) =>
    createLaneQueue(
      redis,
      { prefix: queuePrefix(teamKey), name: queueName(teamKey) },
      { lockMs: 60_000, stalledEveryMs: 60_000, maxStalls: 3 },
    ),
  )
  const budgetOf = (teamKey: string) =>
    createBudget(redis, clock, teamKey, { windowMs: budgetWindowMs, defaultLimit: DEFAULT_LIMIT })
  return {
    reader: createLaneReader({ store: deps.store, clock, queueOf: (teamKey) => queues.open(teamKey), budgetOf }),
    gateFor: (teamKey) => callerGate(budgetOf(teamKey), clock),
    close: () => queues.close(),
  }
}

/**
 * Calls for a person who waits come out of the same budget, and may use the reserve. Apple's header is left to the worker: it
 * knows how many calls of ours are under way, so it alone can tell those of others.
 */
function callerGate(budget: Budget, clock: Clock): Gate {
  return {
    async admit() {
      const { granted, nextAt } = await budget.reserve(1, 0)
      if (granted === 0) throw new AppError('budget_exhausted', { retryAfterMs: Math.max(0, nextAt - clock.now()) })
    },
    note: () => {},
  }
}
