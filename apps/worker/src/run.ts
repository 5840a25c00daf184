import { createAppleClient } from '@flightroster/app-store-connect'
import { createMailer, createUrlGuard, resolveName, type Mailer } from '@flightroster/core/callbacks'
import { ConfigError, loadWorkerConfig, type WorkerConfig } from '@flightroster/core/config'
import { systemClock } from '@flightroster/core/domain'
import { createLog, type Log } from '@flightroster/core/log'
import { createMetrics, measureCalls, measureStore } from '@flightroster/core/metrics'
import { createSealer, createToRef } from '@flightroster/core/secrets'
import {
  checkRedis,
  createRedis,
  createStore,
  createStoreClock,
  DEMOTED_EVENT,
  loadSalt,
  startStoreHealth,
  untilAnswered,
} from '@flightroster/core/store'
import { endOnSignals } from '@flightroster/core/shutdown'
import { openTracing } from '@flightroster/core/tracing'
import { VISIT } from '@flightroster/core/usecases/lanes'
import { checkSecrets } from '@flightroster/core/usecases/secrets'
import { startHealthServer } from './health.ts'
import { buildWorker, type RunningWorker } from './worker.ts'

const DRAIN_DEADLINE_MS = 15_000
const SWEEP_EVERY_MS = 10_000

function readConfig(): WorkerConfig {
  try {
    return loadWorkerConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/** The whole of a worker process; its promise ends when it visits lanes. */
export async function run(): Promise<void> {
  const config = readConfig()
  const log = createLog({ level: config.logLevel, name: 'worker' })
  const redis = createRedis(config.redisUrl, { name: 'flightroster-worker', log })
  const subscriber = createRedis(config.redisUrl, { name: 'flightroster-doorbell', log })
  // While it is subscribed it can't be asked what its server has become.
  redis.on(DEMOTED_EVENT, () => subscriber.disconnect(true))
  const clock = createStoreClock(redis, systemClock)
  const health = startStoreHealth(redis)
  const metrics = createMetrics({ process: config.workerPort !== undefined })
  measureStore(metrics, health)
  const tracing = await openTracing({ url: config.tracesUrl, service: 'flightroster-worker', log })
  const apple = measureCalls(
    createAppleClient({ baseUrl: config.appStoreConnectUrl, clock: systemClock, log }),
    metrics,
  )
  let draining = false
  let worker: RunningWorker | undefined
  let mailer: Mailer | undefined
  const server =
    config.workerPort === undefined
      ? undefined
      : await startHealthServer({
          host: config.host,
          port: config.workerPort,
          metrics,
          report: () => health.report(),
          draining: () => draining,
        })
  endOnSignals({
    log,
    deadlineMs: DRAIN_DEADLINE_MS,
    async close() {
      draining = true
      await worker?.close()
      mailer?.close()
      await tracing.close()
      health.close()
      clock.close()
      await apple.close()
      await server?.close()
      subscriber.disconnect()
      redis.disconnect()
    },
  })

  await untilAnswered(() => clock.sync())
  await refuseUnfitStore(redis, log)
  const salt = await untilAnswered(() => loadSalt(redis))
  if (draining) return
  const store = createStore(redis)
  const sealer = createSealer({ current: config.encryptionKey, previous: config.encryptionKeyPrevious })
  const fault = await untilAnswered(() => checkSecrets({ store, sealer, log, isKeyLost: config.isEncryptionKeyLost }))
  if (fault !== null) {
    log.fatal(fault)
    process.exit(1)
  }
  mailer = config.smtp && createMailer(config.smtp.url, config.smtp.from)
  worker = buildWorker({
    store,
    connection: redis,
    subscriber,
    apple,
    metrics,
    tracing,
    sealer,
    toRef: createToRef(salt),
    publicUrl: config.publicUrl,
    urlGuard: createUrlGuard({ allowPrivate: config.webhookAllowPrivate, resolve: resolveName }),
    mailer,
    dedupDays: config.eventDedupDays,
    clock,
    log,
    settings: {
      ...VISIT,
      reserveShare: config.budgetReserve,
      blockedCheckMs: config.blockedCheckMs,
      buildWatchMs: config.buildWatchMs,
      leftMembersMs: config.leftMembersMs,
      quietAfterWriteMs: config.quietAfterWriteMs,
      testerUsage: config.testerUsage,
    },
    budget: { windowMs: config.budgetWindowMs, defaultLimit: 3_600 },
    concurrency: config.concurrency,
    only: config.lanes,
    sweepEveryMs: SWEEP_EVERY_MS,
  })

  await worker.start()
  log.info({ event: 'worker.started', concurrency: config.concurrency, lanes: config.lanes ?? 'all' }, 'worker.started')
}

/** An absent store is no reason to die: it may come. One that would drop what it is given is. */
async function refuseUnfitStore(redis: ReturnType<typeof createRedis>, log: Log): Promise<void> {
  try {
    await untilAnswered(() => checkRedis(redis))
  } catch (error) {
    log.fatal(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}
