import { createRedisBackend, Queue, UnrecoverableError, Worker, type Job } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Priority } from '../domain/change.ts'
import { ATTEMPTS, retryDelayMs, untilFullStep } from '../domain/retry.ts'

/** ④ What a job carries: ids only, and no member id, since that may be an address. */
interface ConvergeData {
  v: 1
  roster: string
  ref: string
}

export interface Enqueued {
  roster: string
  ref: string
  priority: Priority
}

/** One fetched job. Exactly one of the endings is called for each. */
export interface LaneJob {
  ref: string
  roster: string
  id: string
  /** Attempts that failed before this one. */
  attemptsMade: number
  isLastAttempt: boolean
  /** How many workers died with it in hand. */
  stalls: number
  /** True when it ended its worker too often: it must not be started again. */
  poisoned: boolean
  complete(): Promise<void>
  /** Costs an attempt; comes again after its backoff, or lies failed after the last one. */
  retry(error: Error): Promise<void>
  /** Lies failed, to be retried by hand. */
  fail(error: Error): Promise<void>
  /** Comes again at `at` (ms); no attempt is used. */
  later(at: number): Promise<void>
  /** Back to the head of the queue; no attempt is used. */
  giveBack(): Promise<void>
}

export interface LaneCounts {
  waiting: number
  prioritized: number
  delayed: number
  active: number
  failed: number
}

/** BullMQ's side of a lane, for the worker that holds the lease: nobody else adds, fetches or finishes. */
export interface LaneQueue {
  /**
   * Makes jobs of recorded work; a member has one job at most. A waiting job is left, a sleeping one is brought forward.
   * Returns the refs that must stay recorded, since a dead worker's job still holds their place.
   */
  enqueue(work: Enqueued[]): Promise<Set<string>>
  fetch(limit: number, token: string): Promise<LaneJob[]>
  counts(): Promise<LaneCounts>
  /** When the next sleeping job is due (ms). */
  nextDelayedAt(): Promise<number | null>
  /** Looks for jobs of dead workers; twice, some seconds apart, brings them back. Returns how many came back. */
  recoverStalled(): Promise<number>
  removeFailed(jobIds: string[]): Promise<void>
  extendLocks(jobs: LaneJob[], token: string, durationMs: number): Promise<void>
  close(): Promise<void>
}

export interface LaneQueueSettings {
  lockMs: number
  stalledEveryMs: number
  /** How many workers may die with a job in hand before it is parked. */
  maxStalls: number
}

const BULK_PRIORITY = 10
/** A stream is cut by whole blocks: some hundred stay. */
const EVENTS_KEPT = 10
/** Enough for a look at Bull Board; each takes more than a kilobyte, in every lane. */
const COMPLETED_KEPT = 5
const FAILED_KEPT_SECONDS = 30 * 86_400
const JOB_NAME = 'converge'

/** One connection for everything: no blocking connection, no worker loop (docs/decisions/lane-pump.md). */
export function createLaneQueue(
  connection: Redis,
  names: { prefix: string; name: string },
  settings: LaneQueueSettings,
): LaneQueue {
  const base = { connection, prefix: names.prefix, skipVersionCheck: true }
  const queue = new Queue<ConvergeData>(names.name, { ...base, streams: { events: { maxLen: EVENTS_KEPT } } })
  const worker = new Worker<ConvergeData>(
    names.name,
    null,
    {
      ...base,
      autorun: false,
      lockDuration: settings.lockMs,
      stalledInterval: settings.stalledEveryMs,
      maxStalledCount: settings.maxStalls - 1,
      settings: {
        backoffStrategy: (attempt: number) => untilFullStep(retryDelayMs(attempt, Math.random()), Date.now()),
      },
    },
    (name, options, extra) => createRedisBackend(name, options, { ...extra, withBlockingConnection: false }),
  )
  // Connection errors arrive at the commands that met them; an unheard 'error' event would end the process.
  queue.on('error', () => {})
  worker.on('error', () => {})

  return {
    enqueue: (work) => enqueue(queue, work),
    async fetch(limit, token) {
      const fetched = await Promise.all(Array.from({ length: limit }, () => worker.getNextJob(token, { block: false })))
      return fetched.filter((job) => job !== undefined).map((job) => toLaneJob(job, token, settings.maxStalls))
    },
    async counts() {
      const counts = await queue.getJobCounts('wait', 'prioritized', 'delayed', 'active', 'failed')
      return {
        waiting: counts['wait'] ?? 0,
        prioritized: counts['prioritized'] ?? 0,
        delayed: counts['delayed'] ?? 0,
        active: counts['active'] ?? 0,
        failed: counts['failed'] ?? 0,
      }
    },
    async nextDelayedAt() {
      const [job] = await queue.getDelayed(0, 0)
      return job ? job.timestamp + job.delay : null
    },
    async recoverStalled() {
      return (await worker.backend.moveStalledJobsToWait()).length
    },
    async removeFailed(jobIds) {
      await Promise.all(jobIds.map((id) => queue.remove(id)))
    },
    async extendLocks(jobs, token, durationMs) {
      if (jobs.length === 0) return
      await worker.backend.extendLocks(
        jobs.map((job) => job.id),
        jobs.map(() => token),
        durationMs,
      )
    },
    async close() {
      await worker.close(true)
      await queue.close()
    },
  }
}

async function enqueue(queue: Queue<ConvergeData>, work: Enqueued[]): Promise<Set<string>> {
  const holders = await Promise.all(work.map(({ ref }) => queue.getDeduplicationJobId(ref)))
  const kept = new Set<string>()
  const fresh: Enqueued[] = []
  await Promise.all(
    work.map(async (item, at) => {
      const jobId = holders[at]
      if (!jobId) {
        fresh.push(item)
        return
      }
      const settled = await bringForward(queue, jobId, item)
      if (settled === 'add') fresh.push(item)
      if (settled === 'keep') kept.add(item.ref)
    }),
  )
  const order = new Map(work.map(({ ref }, at) => [ref, at]))
  fresh.sort((a, b) => (order.get(a.ref) ?? 0) - (order.get(b.ref) ?? 0))
  if (fresh.length > 0) await queue.addBulk(fresh.map(toBulkJob))
  return kept
}

/** What to do where a member's place is taken: nothing, add after all, or wait until a dead worker's job is back. */
async function bringForward(
  queue: Queue<ConvergeData>,
  jobId: string,
  item: Enqueued,
): Promise<'done' | 'add' | 'keep'> {
  const job = await queue.getJob(jobId)
  const state = job ? await job.getState() : 'unknown'
  switch (state) {
    case 'active':
      return 'keep'
    case 'delayed':
      await job?.promote()
      return 'done'
    case 'prioritized':
      if (item.priority !== 'bulk') await job?.changePriority({ priority: 0, lifo: item.priority === 'now' })
      return 'done'
    case 'waiting':
      if (item.priority === 'now') await job?.changePriority({ priority: 0, lifo: true })
      return 'done'
    case 'completed':
    case 'failed':
    case 'unknown':
    case 'waiting-children':
      // A key that outlived its job (taskforcesh/bullmq#4311) would swallow the add.
      await queue.removeDeduplicationKey(item.ref)
      return 'add'
  }
}

function toBulkJob({ roster, ref, priority }: Enqueued) {
  return {
    name: JOB_NAME,
    data: { v: 1 as const, roster, ref },
    opts: {
      deduplication: { id: ref },
      attempts: ATTEMPTS,
      backoff: { type: 'custom' },
      removeOnComplete: { count: COMPLETED_KEPT },
      removeOnFail: { age: FAILED_KEPT_SECONDS },
      stackTraceLimit: 1,
      ...(priority === 'bulk' ? { priority: BULK_PRIORITY } : {}),
      ...(priority === 'now' ? { lifo: true } : {}),
    },
  }
}

function toLaneJob(job: Job<ConvergeData>, token: string, maxStalls: number): LaneJob {
  return {
    ref: job.data.ref,
    roster: job.data.roster,
    id: job.id ?? '',
    attemptsMade: job.attemptsMade,
    isLastAttempt: job.attemptsMade + 1 >= (job.opts.attempts ?? ATTEMPTS),
    stalls: job.stalledCounter,
    poisoned: job.deferredFailure !== undefined || job.stalledCounter >= maxStalls,
    complete: async () => void (await job.moveToCompleted('converged', token, false)),
    retry: async (error) => void (await job.moveToFailed(error, token, false)),
    fail: async (error) => void (await job.moveToFailed(new UnrecoverableError(error.message), token, false)),
    later: (at) => job.moveToDelayed(at, token),
    giveBack: async () => void (await job.moveToWait(token)),
  }
}
