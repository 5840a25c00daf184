import * as form from './config-forms.ts'
import { EnvReader, type Env } from './config-reader.ts'
import type { DashboardUser } from './domain/dashboard-user.ts'

export { ConfigError, type ConfigFault } from './config-reader.ts'

/** What both processes need. Every variable is listed in README.md. */
export interface CoreConfig {
  redisUrl: string
  encryptionKey: Buffer
  encryptionKeyPrevious: Buffer | undefined
  /** True: what neither key opens is no reason not to start. */
  isEncryptionKeyLost: boolean
  appStoreConnectUrl: string
  budgetWindowMs: number
  eventDedupDays: number
  webhookAllowPrivate: boolean
  /** Whether devices and usage of testers are read, kept and shown. */
  testerUsage: boolean
  publicUrl: string | undefined
  logLevel: string
  tracesUrl: string | undefined
}

/** What the API reads from its environment (README.md lists the variables). */
export interface ApiConfig extends CoreConfig {
  /** Replicas that must confirm what intake records. */
  redisWaitReplicas: number
  host: string
  port: number
  metricsPort: number | undefined
  adminToken: string
  dashboardUsers: DashboardUser[]
  /** Whose forwarded headers count: nobody's, everybody's, those of so many proxies in front of us, or of these addresses. */
  trustProxy: boolean | number | string
  /** Requests a minute and token. */
  rateLimitPerMinute: number
  /** Share of Apple's quota for what callers of the API ask of it, 0..1. */
  apiQuota: number
  /** Rows of a list and members of a roster. */
  rosterLimit: number
  /** Where SCIM users have the address of their Apple Account; undefined: as is usual. */
  scimEmailAttribute: string | undefined
}

/** What a worker reads from its environment (README.md lists the variables). */
export interface WorkerConfig extends CoreConfig {
  host: string
  workerPort: number | undefined
  concurrency: number
  /** Share of the quota kept for others who use the same key, 0..1. */
  budgetReserve: number
  blockedCheckMs: number
  buildWatchMs: number
  /** How long members who left are kept. */
  leftMembersMs: number
  /** Team keys this worker serves; undefined: all. */
  lanes: string[] | undefined
  /** Where notices by e-mail go out, and from whom; undefined: nowhere. */
  smtp: { url: string; from: string } | undefined
  /** Nothing is removed because of a read this soon after our own write; shorter only with an emulator whose reads do not lag. */
  quietAfterWriteMs: number
}

const ADVISED_ADMIN_TOKEN_LENGTH = 32
const APPLE_URL = 'https://api.appstoreconnect.apple.com'
const PORT = form.integer(0, 65_535)
const SECONDS = form.integer(1, 86_400)

/** Reads the API's settings from the environment (README, "Configuration"). Throws ConfigError, which names every fault at once. */
export function loadApiConfig(env: Env): ApiConfig {
  const read = new EnvReader(env)
  const config: ApiConfig = {
    ...readCore(read),
    redisWaitReplicas: read.value('REDIS_WAIT_REPLICAS', 0, form.integer(0, 10)),
    host: read.value('HOST', '127.0.0.1', form.text),
    port: read.value('PORT', 3000, PORT),
    metricsPort: read.value('METRICS_PORT', undefined, PORT),
    adminToken: read.required('ADMIN_TOKEN', form.adminToken),
    dashboardUsers: read.secret('DASHBOARD_USERS', [], form.dashboardUsers),
    trustProxy: read.value('TRUST_PROXY', false, form.trustProxy),
    rateLimitPerMinute: read.value('RATE_LIMIT_PER_MINUTE', 60_000, form.integer(1, 10_000_000)),
    apiQuota: read.value('API_QUOTA_PERCENT', 5, form.integer(1, 50)) / 100,
    rosterLimit: read.value('ROSTER_LIMIT', 100_000, form.integer(1, 1_000_000)),
    scimEmailAttribute: read.value('SCIM_EMAIL_ATTRIBUTE', undefined, form.scimAttribute),
  }
  read.finish()
  return config
}

/** Reads a worker's settings from the environment (README, "Configuration"). Throws ConfigError, which names every fault at once. */
export function loadWorkerConfig(env: Env): WorkerConfig {
  const read = new EnvReader(env)
  const config: WorkerConfig = {
    ...readCore(read),
    host: read.value('HOST', '127.0.0.1', form.text),
    workerPort: read.value('WORKER_PORT', undefined, PORT),
    concurrency: read.value('WORKER_CONCURRENCY', 100, form.integer(1, 1_000)),
    budgetReserve: read.value('BUDGET_RESERVE_PERCENT', 5, form.integer(0, 90)) / 100,
    blockedCheckMs: read.value('BLOCKED_CHECK_SECONDS', 180, SECONDS) * 1_000,
    buildWatchMs: read.value('BUILD_WATCH_SECONDS', 600, SECONDS) * 1_000,
    leftMembersMs: read.value('LEFT_MEMBERS_DAYS', 30, form.integer(1, 3_650)) * 86_400_000,
    quietAfterWriteMs: read.value('QUIET_AFTER_WRITE_SECONDS', 120, form.integer(1, 3_600)) * 1_000,
    lanes: read.value('WORKER_LANES', undefined, form.lanes),
    smtp: readSmtp(read),
  }
  read.finish()
  return config
}

function readSmtp(read: EnvReader): WorkerConfig['smtp'] {
  const url = read.secret('SMTP_URL', undefined, form.smtpUrl)
  const from = read.value('SMTP_FROM', 'Flightroster <flightroster@localhost>', form.mailSender)
  return url === undefined ? undefined : { url, from }
}

function readCore(read: EnvReader): CoreConfig {
  return {
    redisUrl: read.required('REDIS_URL', form.redisUrl),
    encryptionKey: read.required('ENCRYPTION_KEY', form.encryptionKey),
    encryptionKeyPrevious: read.secret('ENCRYPTION_KEY_PREVIOUS', undefined, form.encryptionKey),
    isEncryptionKeyLost: read.value('ENCRYPTION_KEY_LOST', false, form.flag),
    appStoreConnectUrl: read.value('APP_STORE_CONNECT_URL', APPLE_URL, form.httpUrl),
    budgetWindowMs: read.value('BUDGET_WINDOW_SECONDS', 3_600, SECONDS) * 1_000,
    eventDedupDays: read.value('EVENT_DEDUP_DAYS', 7, form.integer(1, 365)),
    testerUsage: read.value('TESTER_USAGE', 'on', form.oneOf('on', 'off')) === 'on',
    webhookAllowPrivate: read.value('WEBHOOK_ALLOW_PRIVATE', false, form.flag),
    publicUrl: read.value('PUBLIC_URL', undefined, form.httpUrl),
    logLevel: read.value('LOG_LEVEL', 'info', form.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent')),
    tracesUrl: readTracesUrl(read),
  }
}

/**
 * The variables that OpenTelemetry defines: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. One address for traces alone is
 * taken as it is, that for all signals is a base. Its SDK reads the others (sampler, batches, headers, resource) by itself.
 */
function readTracesUrl(read: EnvReader): string | undefined {
  const base = read.value('OTEL_EXPORTER_OTLP_ENDPOINT', undefined, form.httpUrl)
  const own = read.value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', undefined, form.httpUrl)
  const isOff = read.value('OTEL_SDK_DISABLED', false, form.otelFlag)
  const exporter = read.value('OTEL_TRACES_EXPORTER', 'otlp', form.oneOf('otlp', 'none'))
  if (isOff || exporter === 'none') return undefined
  return own ?? (base === undefined ? undefined : `${base}/v1/traces`)
}

/** What to tell whoever starts with a short ADMIN_TOKEN: it is taken all the same. */
export function warnOfShortToken({ adminToken }: Pick<ApiConfig, 'adminToken'>): string | undefined {
  if (adminToken.length >= ADVISED_ADMIN_TOKEN_LENGTH) return undefined
  return `ADMIN_TOKEN has ${adminToken.length} characters; ${ADVISED_ADMIN_TOKEN_LENGTH} or more can't be guessed, such as \`openssl rand -hex 32\` prints.`
}
