import type { Clock } from '@flightroster/core/domain'
import type { Log } from '@flightroster/core/log'
import type { ToRef } from '@flightroster/core/secrets'
import type { Connection, Store } from '@flightroster/core/store'
import {
  createCallerQuota,
  createEnqueuer,
  createLaneReader,
  type CallerQuota,
  type LaneReader,
} from '@flightroster/core/usecases/lanes'
import { createLaneQueue } from '@flightroster/core/queues'
import { queueName, queuePrefix } from '@flightroster/core/store'
import { keepOpen } from './kept-open.ts'

const DEFAULT_LIMIT = 3_600
/** Open queues; each costs some memory and no connection. */
const OPEN_QUEUES = 200
/** For what another API recorded and left behind. */
const SWEEP_EVERY_MS = 10_000

/** What a process of the API keeps open for lanes. */
export interface ApiLanes {
  reader: LaneReader
  quota: CallerQuota
  close(): Promise<void>
}

/** What the API sees of lanes: counts and budgets, never a lease. And it makes jobs of what it records. */
export function createApiLanes(deps: {
  budgetWindowMs: number
  /** Share of Apple's quota for what callers ask, 0..1. */
  apiQuota: number
  store: Store
  clock: Clock
  /** For BullMQ's queues. */
  connection: Connection
  toRef: ToRef
  log: Log
}): ApiLanes {
  const { budgetWindowMs, clock, connection, log, store, toRef } = deps
  const queues = keepOpen(OPEN_QUEUES, (teamKey) =>
    createLaneQueue(
      connection,
      { prefix: queuePrefix(teamKey), name: queueName(teamKey) },
      { lockMs: 60_000, maxStalls: 3 },
    ),
  )
  const budgetOf = (teamKey: string) =>
    store.lane(teamKey).budget({ windowMs: budgetWindowMs, defaultLimit: DEFAULT_LIMIT })
  const enqueuer = createEnqueuer({ store, toRef, log, withQueue: (teamKey, work) => work(queues.open(teamKey)) })
  const sweep = () => {
    enqueuer.sweep().catch((error: unknown) => log.warn({ err: error }, 'lanes.not_swept'))
  }
  const sweeping = setInterval(sweep, SWEEP_EVERY_MS)
  sweeping.unref()
  sweep()
  return {
    reader: createLaneReader({ store, clock, budgetOf }),
    quota: createCallerQuota({ store, clock, budgetOf, share: deps.apiQuota, windowMs: budgetWindowMs }),
    async close() {
      clearInterval(sweeping)
      await enqueuer.close()
      await queues.close()
    },
  }
}
