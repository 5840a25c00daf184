import { randomUUID } from 'node:crypto'
import type { AppleClient } from '@flightroster/app-store-connect'
import type { Mailer, UrlGuard } from '@flightroster/core/callbacks'
import type { Clock } from '@flightroster/core/domain'
import type { Log } from '@flightroster/core/log'
import { measureLane, type Metrics } from '@flightroster/core/metrics'
import type { Sealer, ToRef } from '@flightroster/core/secrets'
import {
  BEAT_EVERY_MS,
  listenToDoorbell,
  type BudgetSettings,
  type Connection,
  type Store,
} from '@flightroster/core/store'
import type { Tracing } from '@flightroster/core/tracing'
import { sweepTasks } from '@flightroster/core/usecases/builds'
import { startHistory } from '@flightroster/core/usecases/history'
import { createEnqueuer, sweepLanes, visitLane, type VisitSettings } from '@flightroster/core/usecases/lanes'
import { openCredentials } from '@flightroster/core/usecases/team-keys'
import { createCallbacks } from './callbacks.ts'
import { createOpenLanes } from './open-lanes.ts'
import { createPump } from './pump.ts'

export interface WorkerDeps {
  store: Store
  /** For BullMQ's queues. */
  connection: Connection
  /** A second connection, for the doorbell only: a subscriber can send no commands. */
  subscriber: Connection
  apple: AppleClient
  metrics: Metrics
  tracing: Tracing
  sealer: Sealer
  toRef: ToRef
  /** Where callbacks may go. */
  urlGuard: UrlGuard
  /** For notices by e-mail; absent: none can go. */
  mailer?: Mailer | undefined
  /** The API's address as the world sees it. */
  publicUrl: string | undefined
  dedupDays: number
  /** The store's clock. */
  clock: Clock
  log: Log
  settings: VisitSettings
  budget: BudgetSettings
  concurrency: number
  only: readonly string[] | undefined
  sweepEveryMs: number
}

/** A worker that was built; nothing runs before `start`. */
export interface RunningWorker {
  start(): Promise<void>
  /** Begins no further job and waits until those under way have ended. */
  close(): Promise<void>
}

/** Lanes and schedules of one worker process. Any number of them serve the same lanes. */
export function buildWorker(deps: WorkerDeps): RunningWorker {
  const { store, clock, log } = deps
  let draining = false
  let sweep: NodeJS.Timeout | undefined
  let history: ReturnType<typeof startHistory> | undefined
  const lanes = createOpenLanes({ store, connection: deps.connection, clock, budget: deps.budget })
  const callbacks = createCallbacks(deps)
  const enqueuer = createEnqueuer({
    store,
    toRef: deps.toRef,
    log,
    withQueue: (teamKey, work) => lanes.use(teamKey, ({ queue }) => work(queue)),
  })
  const pump = createPump({
    ready: store.ready,
    log,
    concurrency: deps.concurrency,
    only: deps.only,
    visit: async (claim, claimMs) => {
      const end = await lanes.use(claim.lane, ({ store: lane, queue, budget }) =>
        visitLane(
          {
            store,
            lane: measureLane(lane, deps.metrics),
            queue,
            budget,
            apple: deps.apple,
            clock,
            log,
            settings: deps.settings,
            toRef: deps.toRef,
            tracing: deps.tracing,
            dedupDays: deps.dedupDays,
            credentials: async () => {
              const teamKey = await store.teamKeys.find(claim.lane)
              return teamKey && { ...openCredentials(deps, teamKey), at: teamKey.updatedAt }
            },
            claiming: { claim, claimMs },
            extendClaim: () => store.ready.extend(claim, claimMs),
            tell: () => callbacks.tell(claim.lane),
            draining: () => draining,
          },
          claim.lane,
        ),
      )
      if (end.idle !== null) deps.metrics.idleVisits.inc({ reason: end.idle })
      return end
    },
  })
  const workers = store.workers
  const id = randomUUID()
  let beating: NodeJS.Timeout | undefined
  /** So that people are told when no worker runs; a beat that is missed is followed by another. */
  const beat = () => void workers.beat(id, deps.only ?? null, clock.now()).catch(() => {})
  const runSweep = () => {
    Promise.all([
      sweepLanes({ store, clock, log }),
      sweepTasks({ store, clock, log, buildWatchMs: deps.settings.buildWatchMs }),
      enqueuer.sweep(),
    ]).catch((error: unknown) => log.warn({ err: error }, 'The sweep failed; it runs again.'))
  }

  return {
    async start() {
      const failed = (error: unknown) => log.warn({ err: error }, 'No doorbell yet.')
      listenToDoorbell(deps.subscriber, (lane) => pump.doorbell(lane), failed)
      pump.start()
      callbacks.start()
      beating = setInterval(beat, BEAT_EVERY_MS)
      beat()
      // Jittered, so that workers started together do not all sweep at once.
      sweep = setInterval(runSweep, deps.sweepEveryMs * (0.8 + Math.random() * 0.4))
      runSweep()
      history = startHistory({ store, clock, log })
    },
    async close() {
      draining = true
      clearInterval(sweep)
      clearInterval(beating)
      history?.close()
      await pump.drain()
      await enqueuer.close()
      // After the visits: what they recorded last is put on its way, and any worker sends it.
      await callbacks.close()
      await lanes.close()
      await store.flush()
      await workers.end(id, clock.now()).catch(() => {})
    },
  }
}
