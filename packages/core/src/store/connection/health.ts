import type { Redis } from 'ioredis'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { findMasters } from './cluster-nodes.ts'
import { findRefusals } from './permissions.ts'
import { leaveDemoted, toStoreError } from './redis.ts'

/** The worst first: a cluster is as its worst master is. */
const STATES = ['unreachable', 'clustered', 'evicting', 'read_only', 'full', 'usable'] as const

/** What can be done with the store. */
export type StoreState = (typeof STATES)[number]

/** The state of the store, in words for a log line and the health routes. */
export interface StoreReport {
  state: StoreState
  detail: string
  /** True: the one server that we are connected to is a replica. In a cluster the client itself finds the masters. */
  isReplica?: boolean
}

/** Watches whether the store can take what we give it, so that requests fail at once instead of each waiting for itself. */
export interface StoreHealth {
  /** As of the last look. */
  report(): StoreReport
  /** Looks now. */
  check(): Promise<StoreReport>
  /** Throws `store_unavailable` where the last look was bad: for what would add to the store. */
  assertTakesWrites(): void
  /** Throws `store_unavailable` while the store does not answer: for everything. */
  assertReachable(): void
  close(): void
}

const LOOK_EVERY_MS = 1_000
/** A server that is a replica is left this often at most: a new connection may lead there again until the address has moved. */
const LEAVE_EVERY_MS = 1_000
/** Intake stops here, so that workers can still write what drains the store again. */
const FULL_SHARE = 0.8
const RETRY_AFTER_MS = 2_000
const CONNECT_PATIENCE_MS = 2_000
/** A look that takes longer says as much: a client that waits for its connection to come back answers only then. */
const LOOK_PATIENCE_MS = 2_000

/** Looks at the store every moment from now on, until `close()`. */
export function startStoreHealth(redis: Redis): StoreHealth {
  let last: StoreReport = { state: 'unreachable', detail: 'The store has not answered yet.' }
  let looking: Promise<StoreReport> | undefined
  let leftAt = Number.NEGATIVE_INFINITY
  const check = () => {
    if (looking) return looking
    const silent = setTimeout(() => (last = SILENT), LOOK_PATIENCE_MS)
    silent.unref()
    looking = lookAtStore(redis)
      .then((report) => {
        last = report
        // Nobody need have written anything: an idle process, too, stands on the wrong side of a failover.
        if (report.isReplica && performance.now() - leftAt >= LEAVE_EVERY_MS) {
          leftAt = performance.now()
          leaveDemoted(redis)
        }
        return report
      })
      .finally(() => {
        clearTimeout(silent)
        looking = undefined
      })
    return looking
  }
  const assert = (bad: (state: StoreState) => boolean) => {
    if (!bad(last.state)) return
    throw new AppError('store_unavailable', { message: last.detail, retryAfterMs: RETRY_AFTER_MS })
  }
  redis.on('ready', () => void check())
  const timer = setInterval(() => void check(), LOOK_EVERY_MS)
  timer.unref()
  void check()
  return {
    report: () => last,
    check,
    assertTakesWrites: () => assert((state) => state !== 'usable'),
    assertReachable: () => assert((state) => state === 'unreachable'),
    close: () => clearInterval(timer),
  }
}

const SILENT: StoreReport = { state: 'unreachable', detail: 'The store does not answer.' }
const NOT_READY: StoreReport = {
  state: 'unreachable',
  detail: 'The store is not ready yet: Redis is still loading its file, or the connection is being made.',
}

/** Looks once at every server of the store, and says what can be done with it. Never throws. */
export async function lookAtStore(redis: Redis): Promise<StoreReport> {
  const masters = findMasters(redis)
  if (!masters) {
    const { info, report } = await readServer(redis)
    return info.get('cluster_enabled') === '1' ? PART_OF_CLUSTER : report
  }
  const reports = await Promise.all(
    masters.map(async ({ address, node }): Promise<StoreReport> => {
      const { state, detail } = node ? (await readServer(node)).report : SILENT
      return { state, detail: state === 'usable' ? detail : `${address}: ${detail}` }
    }),
  )
  const [worst = SILENT] = reports.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))
  return worst
}

const PART_OF_CLUSTER: StoreReport = {
  state: 'clustered',
  detail:
    'This Redis is a node of a cluster and holds a part of it only; name the cluster: redis+cluster://host:port,…',
}

async function readServer(redis: Redis): Promise<{ info: ReadonlyMap<string, string>; report: StoreReport }> {
  // A connection that is being made takes INFO already, and nothing else; the look that counts comes as soon as it is ready.
  if (redis.status === 'connect') return { info: new Map(), report: NOT_READY }
  try {
    // Without sections: 6.2 takes one at most.
    const info = parseInfo(await redis.info())
    return { info, report: judge(info) }
  } catch (error) {
    const report = toStoreError(error) ? SILENT : { ...SILENT, detail: 'The store refuses to say how it is.' }
    return { info: new Map(), report }
  }
}

function judge(info: ReadonlyMap<string, string>): StoreReport {
  const policy = info.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') {
    return {
      state: 'evicting',
      detail: `Redis runs the eviction policy "${policy}", which drops recorded changes when memory is short; set maxmemory-policy to noeviction.`,
    }
  }
  if (info.get('role') === 'slave') {
    return { state: 'read_only', detail: 'Redis is a replica: it takes no writes.', isReplica: true }
  }
  if (info.get('aof_last_write_status') === 'err') {
    return { state: 'read_only', detail: 'Redis cannot write its append-only file; see its log and its disk.' }
  }
  const limit = Number(info.get('maxmemory') ?? 0)
  const used = Number(info.get('used_memory') ?? 0)
  if (limit > 0 && used >= limit * FULL_SHARE) {
    const percent = Math.round((used / limit) * 100)
    return { state: 'full', detail: `The store is full: ${percent} % of maxmemory are used; intake stops at 80 %.` }
  }
  return { state: 'usable', detail: 'The store answers and takes writes.' }
}

/** `name:value` lines. */
function parseInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}

/** Its message is a sentence for whoever starts the process. */
export class UnfitStoreError extends Error {
  override readonly name = 'UnfitStoreError'
}

/** At start: refuses a store that would drop what it was given, or holds only a part of it. An absent one is no reason: it may come. */
export async function checkRedis(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') await Promise.race([once(redis, 'ready').catch(() => {}), sleep(CONNECT_PATIENCE_MS)])
  const report = await lookAtStore(redis)
  if (report.state === 'evicting' || report.state === 'clustered') throw new UnfitStoreError(report.detail)
  if (redis.status !== 'ready') return
  const refused = await findRefusals(redis)
  if (refused.length === 0) return
  throw new UnfitStoreError(
    `Redis does not allow the user of REDIS_URL what is needed: ${refused.join(', ')}. docs/operating.md has the line that does ("Restricted users").`,
  )
}
