import { Redis, type Command, type RedisOptions } from 'ioredis'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { errorsIn } from './errors-in.ts'
import { createCluster } from './cluster.ts'
import { coalesceWrites } from './coalesce-writes.ts'
import { parseRedisUrl, type RedisNode } from './redis-url.ts'
import { TIMED_OUT, timeOutFairly } from './time-out-fairly.ts'

/** How a process connects: the API fails fast, a worker waits. */
export interface RedisSettings {
  /** For the server's client list. */
  name: string
  log: Log
  /** A command without an answer fails after this; absent: it waits (a worker's own time limits apply). */
  commandTimeoutMs?: number | undefined
  /** True: a command fails at once while there is no connection. */
  failFast?: boolean | undefined
}

const RECONNECT_MIN_MS = 50
const RECONNECT_MAX_MS = 2_000
/** A connection that gives no sign of life for this long while commands wait is taken for dead: of a machine that fell silent nothing else is heard. */
const SOCKET_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000

/** A connection to the store: made where a process begins, handed to what opens the store and BullMQ's queues, and used by those alone. */
export type Connection = Redis

/** Connects in the background and again after every loss; one log line a loss and one a return, however many tries. */
export function createRedis(url: string, settings: RedisSettings): Redis {
  const target = parseRedisUrl(url)
  const shared: RedisOptions = {
    connectionName: settings.name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    ...target.options,
  }
  const redis =
    target.kind === 'cluster' ? connectCluster(target.nodes, shared, settings) : connectServer(shared, settings)
  logLossesOnce(redis, settings.log)
  return redis
}

function connectServer(options: RedisOptions, settings: RedisSettings): Redis {
  const redis = new Redis({
    retryStrategy: reconnectDelayMs,
    sentinelRetryStrategy: reconnectDelayMs,
    // A sentinel that takes connections and answers nothing must not keep us from asking the next.
    sentinelCommandTimeout: CONNECT_TIMEOUT_MS,
    // After a failover the former primary refuses writes: only a new connection finds the promoted one.
    reconnectOnError: (error) => DEMOTED.test(error.message),
    ...(settings.failFast
      ? { enableOfflineQueue: false, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 }
      : { maxRetriesPerRequest: null }),
    ...options,
  })
  coalesceWrites(redis)
  const { commandTimeoutMs } = settings
  if (commandTimeoutMs !== undefined) {
    const send = redis.sendCommand.bind(redis)
    redis.sendCommand = (command, ...rest) => {
      timeOutFairly(command, commandTimeoutMs)
      return send(command, ...rest)
    }
  }
  failCommandsUnderWay(redis)
  return redis
}

interface CommandsUnderWay {
  /** ioredis's own: what had been sent when the connection ended, kept to be sent again. */
  prevCommandQueue: { shift(): { command: Command } | undefined } | null
}

/**
 * A command whose answer was lost may have been carried out. Most of ours must not be twice: a job fetched again leaves one that
 * nobody holds. So it fails, and whoever sent it begins anew; what was not sent yet waits for the next connection.
 */
function failCommandsUnderWay(redis: Redis): void {
  redis.on('close', () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ioredis does not declare it; a test kills connections
    const sent = (redis as unknown as CommandsUnderWay).prevCommandQueue
    for (let item = sent?.shift(); item; item = sent?.shift()) {
      // The client's own, such as a subscription that it asks for again, are waited for by nobody: that must end no process.
      item.command.promise.catch(() => {})
      item.command.reject(new Error('Connection is closed.'))
    }
  })
}

/** What the store uses of a client, a cluster's offers in the same words. */
function connectCluster(nodes: RedisNode[], redisOptions: RedisOptions, settings: RedisSettings): Redis {
  const cluster = createCluster(nodes, { ...settings, clusterRetryStrategy: reconnectDelayMs, redisOptions })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the tests with a cluster call each command that we use
  return cluster as unknown as Redis
}

/** Full jitter, so that many processes do not come back in step. */
function reconnectDelayMs(attempt: number): number {
  const ceiling = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** Math.min(attempt, 10))
  return Math.round(RECONNECT_MIN_MS + Math.random() * ceiling)
}

/** How long after leaving a server that was demoted its losses are no news, and when it is said again. */
const LEAVING_MS = 5_000
const DEMOTED_TOLD_EVERY_MS = 60_000

function logLossesOnce(redis: Redis, log: Log): void {
  let lost = false
  let leftAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  redis.on(DEMOTED_EVENT, () => {
    leftAt = performance.now()
    if (leftAt - toldAt < DEMOTED_TOLD_EVERY_MS) return
    toldAt = leftAt
    log.warn('store.demoted')
  })
  const noteLoss = (reason: string | undefined) => {
    if (lost || performance.now() - leftAt < LEAVING_MS) return
    lost = true
    log.warn({ reason }, 'store.connection_lost')
  }
  // An unheard 'error' event would end the process.
  redis.on('error', (error: Error & { code?: string }) => noteLoss(error.code ?? error.message))
  redis.on('reconnecting', () => noteLoss(undefined))
  redis.on('ready', () => {
    if (lost) log.info('store.connected')
    lost = false
  })
}

/** Emitted on a connection that leaves a server which has become a replica, for those that go with it. */
export const DEMOTED_EVENT = 'demoted'

/** Leaves a server that takes no writes any more, for the one that now has its address, or whom the sentinels name. */
export function leaveDemoted(redis: Redis): void {
  redis.emit(DEMOTED_EVENT)
  redis.disconnect(true)
}

/**
 * What Redis 6.2 to 8 and Valkey say where they can't take a command. Within a script the older ones put "ERR Error running
 * script (call to f_…): @user_script:1: @user_script: 1: -" before it, the newer ones the script's name behind.
 */
const refusal = (codes: string) => new RegExp(`(?:^|: -?)(?:${codes})\\b`)
const DEMOTED = refusal('READONLY|MASTERDOWN')
const REFUSED = refusal(
  'OOM|READONLY|MISCONF|LOADING|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOAUTH|NOPERM|WRONGPASS|BUSY|UNBLOCKED',
)
const LOST =
  /^(Command timed out|Connection is closed|Stream isn't writeable|None of startup nodes|Too many Cluster redirections)/
const LOST_NAMES = new Set(['MaxRetriesPerRequestError', 'AbortError'])
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
const RETRY_AFTER_MS = 2_000

/** Whether a command had no answer in time, on a connection that stands: the store is busy, or stopped. */
export const isTimedOut = (error: unknown): boolean => error instanceof Error && error.message === TIMED_OUT

/** What a failed store command means to a caller: unknown whether kept, send again. Undefined: the fault is another. */
export function toStoreError(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined
  const code = 'code' in error ? String(error.code) : ''
  const isLost = LOST.test(error.message) || LOST_NAMES.has(error.name) || LOST_CODES.has(code)
  if (!isLost && !errorsIn(error).some(({ message }) => REFUSED.test(message))) return undefined
  return new AppError('store_unavailable', { retryAfterMs: RETRY_AFTER_MS, cause: error })
}
