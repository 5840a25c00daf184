import { isIPv4, isIPv6 } from 'node:net'
import { EnvReader, type Env } from './config-reader.ts'
import type { DashboardUser } from './domain/dashboard-user.ts'
import { isScimAttribute } from './domain/scim.ts'
import { isPasswordHash } from './secrets/password.ts'
import { parseRedisUrl } from './store/connection/redis-url.ts'

export { ConfigError, type ConfigFault } from './config-reader.ts'

/** What both processes need. Every variable is listed in docs/operating.md. */
export interface CoreConfig {
  redisUrl: string
  encryptionKey: Buffer
  encryptionKeyPrevious: Buffer | undefined
  /** True: what neither key opens is no reason not to start. */
  isEncryptionKeyLost: boolean
  appStoreConnectUrl: string
  /** Share of the quota kept for others who use the same key, 0..1. */
  budgetReserve: number
  budgetWindowMs: number
  blockedCheckMs: number
  buildWatchMs: number
  eventDedupDays: number
  /** How long members who left are kept. */
  leftMembersMs: number
  webhookAllowPrivate: boolean
  /** Whether devices and usage of testers are read, kept and shown. */
  testerUsage: boolean
  publicUrl: string | undefined
  logLevel: string
  tracesUrl: string | undefined
}

/** What the API reads from its environment (docs/operating.md lists the variables). */
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

/** What a worker reads from its environment (docs/operating.md lists the variables). */
export interface WorkerConfig extends CoreConfig {
  host: string
  workerPort: number | undefined
  concurrency: number
  /** Team keys this worker serves; undefined: all. */
  lanes: string[] | undefined
  /** Where notices by e-mail go out, and from whom; undefined: nowhere. */
  smtp: { url: string; from: string } | undefined
  /** Nothing is removed because of a read this soon after our own write; shorter only with an emulator whose reads do not lag. */
  quietAfterWriteMs: number
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
const MIN_ADMIN_TOKEN_LENGTH = 16
const ADVISED_ADMIN_TOKEN_LENGTH = 32
const APPLE_URL = 'https://api.appstoreconnect.apple.com'

/** Reads the API's settings from the environment (README, "Configuration"). Throws ConfigError, which names every fault at once. */
export function loadApiConfig(env: Env): ApiConfig {
  const read = new EnvReader(env)
  const config: ApiConfig = {
    ...readCore(read),
    redisWaitReplicas: read.integer('REDIS_WAIT_REPLICAS', 0, { min: 0, max: 10 }),
    host: read.text('HOST', '127.0.0.1'),
    port: read.integer('PORT', 3000, { min: 0, max: 65_535 }),
    metricsPort: read.optionalInteger('METRICS_PORT', { min: 0, max: 65_535 }),
    adminToken: read.secret('ADMIN_TOKEN', `a token of at least ${MIN_ADMIN_TOKEN_LENGTH} characters`, parseAdminToken),
    dashboardUsers: read.optionalSecret('DASHBOARD_USERS', DASHBOARD_FORM, parseDashboardUsers) ?? [],
    trustProxy: read.parsed(
      'TRUST_PROXY',
      false,
      'true, false, the number of proxies in front, or their addresses',
      parseTrustProxy,
    ),
    rateLimitPerMinute: read.integer('RATE_LIMIT_PER_MINUTE', 60_000, { min: 1, max: 10_000_000 }),
    apiQuota: read.integer('API_QUOTA_PERCENT', 5, { min: 1, max: 50 }) / 100,
    rosterLimit: read.integer('ROSTER_LIMIT', 100_000, { min: 1, max: 1_000_000 }),
    scimEmailAttribute: read.parsed('SCIM_EMAIL_ATTRIBUTE', undefined, SCIM_ATTRIBUTE_FORM, parseScimAttribute),
  }
  read.finish()
  return config
}

/** Reads a worker's settings from the environment (README, "Configuration"). Throws ConfigError, which names every fault at once. */
export function loadWorkerConfig(env: Env): WorkerConfig {
  const read = new EnvReader(env)
  const config: WorkerConfig = {
    ...readCore(read),
    host: read.text('HOST', '127.0.0.1'),
    workerPort: read.optionalInteger('WORKER_PORT', { min: 0, max: 65_535 }),
    concurrency: read.integer('WORKER_CONCURRENCY', 100, { min: 1, max: 1_000 }),
    quietAfterWriteMs: read.integer('QUIET_AFTER_WRITE_SECONDS', 120, { min: 1, max: 3_600 }) * 1_000,
    lanes: read.parsed('WORKER_LANES', undefined, 'team key ids, comma-separated', parseLanes),
    smtp: readSmtp(read),
  }
  read.finish()
  return config
}

const SMTP_FROM = 'Flightroster <flightroster@localhost>'

function readSmtp(read: EnvReader): WorkerConfig['smtp'] {
  const url = read.optionalSecret('SMTP_URL', 'smtp://user:password@host:587 or smtps://…', parseSmtp)
  const from = read.parsed('SMTP_FROM', SMTP_FROM, 'a name and an address', (text) => text)
  return url === undefined ? undefined : { url, from }
}

function parseSmtp(text: string): string {
  if (!URL.canParse(text)) throw new Error('it is not a URL')
  if (!/^smtps?:$/.test(new URL(text).protocol)) throw new Error('its scheme is neither smtp nor smtps')
  return text
}

function readCore(read: EnvReader): CoreConfig {
  const seconds = (name: string, otherwise: number) => read.integer(name, otherwise, { min: 1, max: 86_400 }) * 1_000
  return {
    redisUrl: read.secret('REDIS_URL', 'redis://host:port or another form of docs/operating.md', parseRedis),
    encryptionKey: read.secret('ENCRYPTION_KEY', KEY_FORM, parseKey),
    encryptionKeyPrevious: read.optionalSecret('ENCRYPTION_KEY_PREVIOUS', KEY_FORM, parseKey),
    isEncryptionKeyLost: read.flag('ENCRYPTION_KEY_LOST', false),
    appStoreConnectUrl: read.parsed('APP_STORE_CONNECT_URL', APPLE_URL, URL_FORM, parseHttpUrl),
    budgetReserve: read.integer('BUDGET_RESERVE_PERCENT', 5, { min: 0, max: 90 }) / 100,
    budgetWindowMs: seconds('BUDGET_WINDOW_SECONDS', 3_600),
    blockedCheckMs: seconds('BLOCKED_CHECK_SECONDS', 180),
    buildWatchMs: seconds('BUILD_WATCH_SECONDS', 600),
    eventDedupDays: read.integer('EVENT_DEDUP_DAYS', 7, { min: 1, max: 365 }),
    leftMembersMs: read.integer('LEFT_MEMBERS_DAYS', 30, { min: 1, max: 3_650 }) * 86_400_000,
    testerUsage: read.oneOf('TESTER_USAGE', 'on', ['on', 'off']) === 'on',
    webhookAllowPrivate: read.flag('WEBHOOK_ALLOW_PRIVATE', false),
    publicUrl: read.parsed('PUBLIC_URL', undefined, URL_FORM, parseHttpUrl),
    logLevel: read.oneOf('LOG_LEVEL', 'info', LOG_LEVELS),
    tracesUrl: readTracesUrl(read),
  }
}

/**
 * The variables that OpenTelemetry defines: https://opentelemetry.io/docs/specs/otel/protocol/exporter/. One address for traces alone is
 * taken as it is, that for all signals is a base. Its SDK reads the others (sampler, batches, headers, resource) by itself.
 */
function readTracesUrl(read: EnvReader): string | undefined {
  const base = read.parsed('OTEL_EXPORTER_OTLP_ENDPOINT', undefined, URL_FORM, parseHttpUrl)
  const own = read.parsed('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', undefined, URL_FORM, parseHttpUrl)
  const isOff = read.flag('OTEL_SDK_DISABLED', false)
  const exporter = read.oneOf('OTEL_TRACES_EXPORTER', 'otlp', ['otlp', 'none'])
  if (isOff || exporter === 'none') return undefined
  return own ?? (base === undefined ? undefined : `${base}/v1/traces`)
}

const KEY_FORM = '32 bytes in base64, such as `openssl rand -base64 32` prints'
const URL_FORM = 'an http or https URL'
const DASHBOARD_FORM = 'name:viewer|operator:hash, comma-separated; `pnpm hash-password` prints the hash'

const SCIM_ATTRIBUTE_FORM = 'an attribute path of SCIM, such as emails[type eq "other"].value or nickName'

function parseScimAttribute(text: string): string {
  if (!isScimAttribute(text)) throw new Error('it is not such a path')
  return text
}

function parseRedis(text: string): string {
  parseRedisUrl(text)
  return text
}

function parseKey(text: string): Buffer {
  const key = Buffer.from(text, 'base64')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) throw new Error('it is not base64')
  if (key.length !== 32) throw new Error(`it holds ${key.length} bytes`)
  return key
}

function parseAdminToken(text: string): string {
  // What can't stand in a header can never be sent.
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('it holds spaces or characters outside ASCII')
  if (text.length < MIN_ADMIN_TOKEN_LENGTH) throw new Error(`it has ${text.length} characters`)
  return text
}

/** What to tell whoever starts with a short ADMIN_TOKEN: it is taken all the same. */
export function warnOfShortToken({ adminToken }: Pick<ApiConfig, 'adminToken'>): string | undefined {
  if (adminToken.length >= ADVISED_ADMIN_TOKEN_LENGTH) return undefined
  return `ADMIN_TOKEN has ${adminToken.length} characters; ${ADVISED_ADMIN_TOKEN_LENGTH} or more can't be guessed, such as \`openssl rand -hex 32\` prints.`
}

function parseHttpUrl(text: string): string {
  if (!URL.canParse(text)) throw new Error('it is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('its scheme is neither http nor https')
  return text.replace(/\/+$/, '')
}

function parseTrustProxy(text: string): ApiConfig['trustProxy'] {
  if (text === 'true') return true
  if (text === 'false') return false
  if (/^\d{1,2}$/.test(text)) return Number(text)
  for (const entry of text.split(',')) {
    const [address = '', bits, ...rest] = entry.trim().split('/')
    const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : undefined
    const fits = most !== undefined && rest.length === 0
    if (!fits || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) {
      throw new Error('an entry is neither an address nor a network such as 10.0.0.0/8')
    }
  }
  return text
}

const LANE_ID = /^[A-Za-z0-9._-]{1,64}$/

function parseLanes(text: string): string[] {
  const lanes = text.split(',').map((lane) => lane.trim())
  if (!lanes.every((lane) => LANE_ID.test(lane))) throw new Error('an id is not valid')
  return lanes
}

function parseDashboardUsers(text: string): DashboardUser[] {
  const users = text.split(',').map((entry, at): DashboardUser => {
    const [name, role, passwordHash, ...rest] = entry.trim().split(':')
    if (!name || !passwordHash || rest.length > 0) throw new Error(`entry ${at + 1} is not name:role:hash`)
    if (role !== 'viewer' && role !== 'operator')
      throw new Error(`entry ${at + 1} has another role than viewer or operator`)
    if (!isPasswordHash(passwordHash)) throw new Error(`the hash of entry ${at + 1} is none of "pnpm hash-password"`)
    return { name, role, passwordHash }
  })
  if (new Set(users.map((user) => user.name)).size < users.length) throw new Error('a name occurs twice')
  return users
}
