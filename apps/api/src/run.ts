import { createAppleClient } from '@flightroster/app-store-connect'
import { createUrlGuard, resolveName } from '@flightroster/core/callbacks'
import { ConfigError, loadApiConfig, warnOfShortToken, type ApiConfig } from '@flightroster/core/config'
import { createLeisure, systemClock } from '@flightroster/core/domain'
import { createLog, type Log } from '@flightroster/core/log'
import { createMetrics, measureCalls, measureStore } from '@flightroster/core/metrics'
import { createPasswordCheck, createSealer } from '@flightroster/core/secrets'
import { createEvaluator } from '@flightroster/core/sources'
import {
  checkRedis,
  createRedis,
  createStore,
  createStoreClock,
  startStoreHealth,
  UnfitStoreError,
  untilAnswered,
} from '@flightroster/core/store'
import { endOnSignals } from '@flightroster/core/shutdown'
import { openTracing } from '@flightroster/core/tracing'
import { startHistory } from '@flightroster/core/usecases/history'
import { tellUnended } from '@flightroster/core/usecases/audit'
import { resumeBegun } from '@flightroster/core/usecases/rosters'
import { finishScim } from '@flightroster/core/usecases/scim'
import { checkSecrets } from '@flightroster/core/usecases/secrets'
import { createHmac } from 'node:crypto'
import { buildApp } from './app.ts'
import { createApiLanes } from './api-lanes.ts'
import { openToRef } from './open-to-ref.ts'
import { startMetricsServer } from './metrics-server.ts'

/** Below a second, so that a request that waits for a stopped store is answered within one. */
const COMMAND_TIMEOUT_MS = 800
/** How long /readyz says 503 before the listener closes, so that whoever sends us requests can notice. */
const NOTICE_MS = 1_500
const DEADLINE_MS = 15_000
/** What died with an API process (a roster's move to another team key, a SCIM request) is finished by any other. */
const FINISH_EVERY_MS = 15_000

async function start(config: ApiConfig, log: Log): Promise<void> {
  const redis = createRedis(config.redisUrl, {
    name: 'flightroster-api',
    log,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    failFast: true,
  })
  await untilAnswered(() => checkRedis(redis))
  const clock = createStoreClock(redis, systemClock)
  if (redis.status === 'ready') await clock.sync().catch(() => {})
  const leisure = createLeisure()
  const store = createStore(redis, { waitReplicas: config.redisWaitReplicas, leisure })
  const health = startStoreHealth(redis)
  const metrics = createMetrics({ process: true })
  measureStore(metrics, health)
  const tracing = await openTracing({ url: config.tracesUrl, service: 'flightroster-api', log })
  const apple = measureCalls(
    createAppleClient({ baseUrl: config.appStoreConnectUrl, clock: systemClock, log }),
    metrics,
  )
  const sealer = createSealer({ current: config.encryptionKey, previous: config.encryptionKeyPrevious })
  const secrets = { store, sealer, log, isKeyLost: config.isEncryptionKeyLost }
  await untilAnswered(async () => {
    if (redis.status === 'ready') await refuseForeignKey(secrets)
  })
  const toRef = await openToRef(redis)
  const lanes = createApiLanes({
    budgetWindowMs: config.budgetWindowMs,
    apiQuota: config.apiQuota,
    store,
    clock,
    connection: redis,
    toRef,
    log,
  })
  const evaluator = createEvaluator()
  const app = await buildApp({
    log,
    clock,
    metrics,
    tracing,
    store,
    leisure,
    connection: redis,
    health,
    sealer,
    toRef,
    urlGuard: createUrlGuard({ allowPrivate: config.webhookAllowPrivate, resolve: resolveName }),
    apple,
    evaluator,
    quota: lanes.quota,
    lanes: lanes.reader,
    dedupDays: config.eventDedupDays,
    rosterLimit: config.rosterLimit,
    adminToken: config.adminToken,
    rateLimitPerMinute: config.rateLimitPerMinute,
    dashboard: { users: config.dashboardUsers, passwords: createPasswordCheck() },
    publicUrl: config.publicUrl,
    trustProxy: config.trustProxy,
    cursorKey: createHmac('sha256', config.encryptionKey).update('cursors').digest(),
    scimEmailAttribute: config.scimEmailAttribute,
    testerUsage: config.testerUsage,
    servesMetrics: config.metricsPort === undefined,
  })
  const warning = warnOfShortToken(config)
  if (warning !== undefined) log.warn({ event: 'admin_token.short' }, warning)
  const metricsServer = await startMetricsServer(config, { metrics, log })
  const history = startHistory({ store, clock, log })
  const finishing = setInterval(() => {
    resumeBegun({ store, clock, log, toRef }).catch((error: unknown) => log.warn({ err: error }, 'roster.not_finished'))
    tellUnended({ store, clock }).catch((error: unknown) => log.warn({ err: error }, 'audit.not_finished'))
    const { eventDedupDays: dedupDays, rosterLimit } = config
    finishScim({ store, clock, dedupDays, rosterLimit }).catch((error: unknown) =>
      log.warn({ err: error }, 'scim.not_finished'),
    )
  }, FINISH_EVERY_MS)
  finishing.unref()
  const close = async () => {
    clearInterval(finishing)
    app.drain()
    await new Promise((resolve) => setTimeout(resolve, NOTICE_MS))
    await app.close()
    await metricsServer?.close()
    await tracing.close()
    await lanes.close()
    await evaluator.close()
    await apple.close()
    history.close()
    health.close()
    clock.close()
    await store.flush()
    redis.disconnect()
  }
  endOnSignals({ log, close, deadlineMs: DEADLINE_MS })
  await app.listen({ host: config.host, port: config.port })
}

/** ENCRYPTION_KEY is not the one that sealed what is kept. Its message is a sentence for whoever starts the process. */
class WrongKeyError extends Error {
  override readonly name = 'WrongKeyError'
}

/** A wrong ENCRYPTION_KEY is told at start, not by each request that needs a secret. */
async function refuseForeignKey(deps: Parameters<typeof checkSecrets>[0]): Promise<void> {
  const fault = await checkSecrets(deps)
  if (fault !== null) throw new WrongKeyError(fault)
}

/** The whole of an API process; its promise ends when it listens. */
export async function run(): Promise<void> {
  try {
    const config = loadApiConfig(process.env)
    await start(config, createLog({ level: config.logLevel, name: 'flightroster-api' }))
  } catch (error) {
    // What the environment or the store lacks is told in sentences; anything else is a bug, told with its stack.
    const isForPeople =
      error instanceof ConfigError || error instanceof UnfitStoreError || error instanceof WrongKeyError
    process.stderr.write(`${isForPeople ? error.message : ((error as Error).stack ?? String(error))}\n`)
    process.exit(1)
  }
}
