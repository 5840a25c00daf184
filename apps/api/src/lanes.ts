import type { Clock } from '@flightroster/core/domain'
import { createBudget, type Store } from '@flightroster/core/store'
import {
  createCallerQuota,
  createLaneReader,
  type CallerQuota,
  type LaneReader,
} from '@flightroster/core/usecases/lanes'
import { createLaneQueue } from '@flightroster/core/queues'
import { queueName, queuePrefix } from '@flightroster/core/store'
import { keepOpen } from './kept-open.ts'

const DEFAULT_LIMIT = 3_600
/** Queues opened for reading; each costs some memory and no connection. */
const OPEN_QUEUES = 200

export interface Lanes {
  reader: LaneReader
  quota: CallerQuota
  close(): Promise<void>
}

/** What the API sees of lanes: counts and budgets, never a lease. */
export function createLanes(deps: {
  budgetWindowMs: number
  /** Share of Apple's quota for what callers ask, 0..1. */
  apiQuota: number
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
    createBudget(redis, teamKey, { windowMs: budgetWindowMs, defaultLimit: DEFAULT_LIMIT })
  return {
    reader: createLaneReader({ store: deps.store, clock, queueOf: (teamKey) => queues.open(teamKey), budgetOf }),
    quota: createCallerQuota({ store: deps.store, clock, budgetOf, share: deps.apiQuota, windowMs: budgetWindowMs }),
    close: () => queues.close(),
  }
}
