import type { AppleClient } from '@flightroster/app-store-connect'
import type { UrlGuard } from '@flightroster/core/callbacks'
import type { Clock, DashboardUser, Leisure } from '@flightroster/core/domain'
import type { Log } from '@flightroster/core/log'
import type { Metrics } from '@flightroster/core/metrics'
import type { PasswordCheck, Sealer, ToRef } from '@flightroster/core/secrets'
import type { Evaluator } from '@flightroster/core/sources'
import type { Connection, Store, StoreHealth } from '@flightroster/core/store'
import type { Tracing } from '@flightroster/core/tracing'
import type { CallerQuota, LaneReader } from '@flightroster/core/usecases/lanes'
import type { ApiServer } from './server.ts'

/** What the routes work with; main.ts fills it in, a test fills in its own. */
export interface ApiDeps {
  log: Log
  clock: Clock
  metrics: Metrics
  tracing: Tracing
  store: Store
  /** Small requests go before long work; the store's own long work as well. */
  leisure: Leisure
  /** For BullMQ's queues, as Bull Board shows them. */
  connection: Connection
  health: Pick<StoreHealth, 'report' | 'check' | 'assertReachable' | 'assertTakesWrites'>
  sealer: Sealer
  toRef: ToRef
  /** Where callbacks may go. */
  urlGuard: UrlGuard
  apple: Pick<AppleClient, 'session'>
  /** What callers may have Apple asked for; on-behalf-of.ts makes the gate of one request from it. */
  quota: CallerQuota
  /** Runs the expressions of generic sources. */
  evaluator: Evaluator
  lanes: LaneReader
  dedupDays: number
  /** Rows of a list and members of a roster. */
  rosterLimit: number
  adminToken: string
  /** Requests a minute and token. */
  rateLimitPerMinute: number
  /** Who may log in to the pages. */
  dashboard: { users: readonly DashboardUser[]; passwords: PasswordCheck }
  /** The API's address as the world sees it. */
  publicUrl: string | undefined
  /** Whose forwarded headers count: nobody's, everybody's, those of so many proxies in front of us, or of these addresses. */
  trustProxy: boolean | number | string
  /** Cursors are sealed with it: one that we did not give is refused. */
  cursorKey: Buffer
  /** Where SCIM users have the address of their Apple Account, for tokens that say nothing of it; undefined: as is usual. */
  scimEmailAttribute: string | undefined
  /** Whether devices and usage of testers are shown. */
  testerUsage: boolean
  /** False where /metrics has a port of its own. */
  servesMetrics: boolean
  /** For tests: how long the store may take over one request, where a busy machine must not show. */
  storePatienceMs?: number
  /** For tests: an answer that its schema does not describe exactly, or a code that its route does not declare, is a fault. */
  verifiesAnswers?: boolean
  /** Where the OpenAPI document is made: told of each route as it is added. */
  describe?: (app: ApiServer) => Promise<void>
}
