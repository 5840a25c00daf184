import type { AppleClient } from '@flightroster/app-store-connect'
import { createUrlGuard } from '@flightroster/core/callbacks'
import { createLeisure, systemClock } from '@flightroster/core/domain'
import { createLog } from '@flightroster/core/log'
import { createMetrics } from '@flightroster/core/metrics'
import { createPasswordCheck, createSealer, createToRef } from '@flightroster/core/secrets'
import { createEvaluator } from '@flightroster/core/sources'
import { createRedis, createStore, startStoreHealth, type Connection, type Store } from '@flightroster/core/store'
import { NO_TRACING } from '@flightroster/core/tracing'
import { createLaneReader } from '@flightroster/core/usecases/lanes'
import { eventually, makeRoster, makeTeamKey, startRedis, type TestRedis, ownNames } from '@flightroster/core/testing'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { buildApp } from '../src/app.ts'
import type { ApiDeps } from '../src/deps.ts'
import type { ApiServer } from '../src/server.ts'

const PUBLIC_URL = 'https://flightroster.example.com'
const ADMIN_TOKEN = 'admin-token-of-tests'

export interface TestApi {
  app: ApiServer
  deps: ApiDeps
  store: Store
  /** The API's own connection to its Redis. */
  connection: Connection
  redis: TestRedis
  /** Lines that were logged. */
  logged: string[]
  /** With the admin token, unless `authorization` says otherwise. */
  call(
    method: InjectOptions['method'],
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>
  /** A team key and a roster, as if they had been put. */
  addRoster(overrides?: Parameters<typeof makeRoster>[0]): Promise<ReturnType<typeof makeRoster>>
  close(): Promise<void>
}

/** For tests in which nothing may go to Apple. */
const NO_APPLE: Pick<AppleClient, 'session'> = {
  session: () => {
    throw new Error('This test calls App Store Connect without an emulator.')
  },
}

/**
 * The whole API on a redis-server of its own, or on one that others use as well; answers are checked against their schemas. Steps of the
 * store fail after `commandTimeoutMs`: by default so late that a busy machine does not show.
 */
export async function serveApi(
  overrides: Partial<ApiDeps> = {},
  shared?: TestRedis,
  commandTimeoutMs = 60_000,
): Promise<TestApi> {
  const server = shared ?? (await startRedis())
  const logged: string[] = []
  const log = createLog({ level: 'debug', name: 'test' }, { write: (line: string) => void logged.push(line) })
  const redis = createRedis(server.url, { name: 'test', log, commandTimeoutMs, failFast: true })
  const leisure = createLeisure()
  const store = createStore(redis, { waitReplicas: 0, leisure })
  const health = startStoreHealth(redis)
  const evaluator = createEvaluator()
  const deps: ApiDeps = {
    log,
    clock: systemClock,
    metrics: createMetrics({ process: false }),
    tracing: NO_TRACING,
    store,
    leisure,
    connection: redis,
    health,
    sealer: createSealer({ current: Buffer.alloc(32, 7) }),
    toRef: createToRef(Buffer.alloc(32, 9)),
    urlGuard: createUrlGuard({ allowPrivate: false, resolve: ownNames }),
    evaluator,
    apple: NO_APPLE,
    quota: { gateOf: () => ({ admit: async () => {}, note: () => {} }), charge: async () => {} },
    lanes: readLanes(store),
    dedupDays: 7,
    rosterLimit: 100_000,
    adminToken: ADMIN_TOKEN,
    rateLimitPerMinute: 1_000_000,
    dashboard: { users: [], passwords: createPasswordCheck() },
    publicUrl: PUBLIC_URL,
    trustProxy: false,
    cursorKey: Buffer.alloc(32, 5),
    scimEmailAttribute: undefined,
    testerUsage: true,
    servesMetrics: true,
    verifiesAnswers: true,
    storePatienceMs: commandTimeoutMs + 100,
    ...overrides,
  }
  const app = await buildApp(deps)
  await eventually(() => health.assertReachable())
  return {
    app,
    deps,
    store,
    connection: redis,
    redis: server,
    logged,
    call: (method = 'GET', url, body, headers = {}) =>
      app.inject({
        method,
        url,
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, ...(body === undefined ? {} : JSON_TYPE), ...headers },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    async addRoster(roster) {
      const record = makeRoster(roster)
      await store.teamKeys.put(makeTeamKey({ id: record.teamKey }))
      await store.enterRoster(record)
      await store.groups.claim(record)
      return record
    },
    async close() {
      health.close()
      await app.close()
      await evaluator.close()
      redis.disconnect()
      if (!shared) await server.close()
    },
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

function readLanes(store: Store) {
  const budgetOf = (teamKey: string) => store.lane(teamKey).budget({ windowMs: 3_600_000, defaultLimit: 3_600 })
  return createLaneReader({ store, clock: systemClock, budgetOf })
}
