import { createRedisBackend, ErrorCode, Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import type { JobPlace } from '../domain/change.ts'
import { ATTEMPTS, retryDelayMs, untilFullStep } from '../domain/retry.ts'
import { list, number, object, oneOf, optional, read, readJson, text, tuple } from '../domain/shape.ts'
import { together } from '../domain/together.ts'
import { addJobs, COMPLETED_KEPT, type NewJob } from './add-jobs.ts'
import { laneCommand } from './lane-command.ts'

/** ④ What a job carries: ids only, and no member id, since that may be an address. */
interface ConvergeData {
  v: 1
  roster: string
  ref: string
}

/** A member for whom a job is to be there, and where it is already. */
export interface Enqueued extends NewJob {
  /** Where the member's job is (store: openPlaces). */
  place: JobPlace
}

/** One fetched job. Exactly one of the endings is called for each. */
export interface LaneJob {
  ref: string
  roster: string
  id: string
  /** From a list, a reading: it waits for all others of its lane, also when it is recorded again. */
  isBulk: boolean
  /** Attempts that failed before this one. */
  attemptsMade: number
  isLastAttempt: boolean
  /** How many workers died with it in hand. */
  stalls: number
  /** True when its worker died too often: it must not be started again. */
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

/** Jobs of a lane by their state in BullMQ. */
export interface LaneCounts {
  waiting: number
  prioritized: number
  delayed: number
  active: number
  failed: number
}

/** BullMQ's side of a lane. Whoever recorded may add; only the worker that holds the lease fetches and finishes. */
export interface LaneQueue {
  /**
   * Makes jobs of recorded work; a member has one job at most, since it has the ref for an id. A waiting job is left, a sleeping one
   * is brought forward. Returns the refs that must stay recorded, since a job that was begun before may not have seen the change.
   */
  enqueue(work: Enqueued[]): Promise<Set<string>>
  /** Makes the jobs, before it is known where those members have one; who has one keeps it. `enqueue` then sees to the rest. */
  add(work: Omit<Enqueued, 'place'>[]): Promise<void>
  /**
   * Jobs in whose hand a worker died are fetched apart from the others: a few together after one death, each alone after two. So
   * a job that ends its worker is found without taking innocent ones along, and a hundred innocent ones are soon through.
   * `behind` is called each time the command was put on its way: what it asks of the lane is answered as of after the fetch, once it
   * was called for the last time. In a cluster, that is once the fetch was answered.
   */
  fetch(limit: number, token: string, behind?: () => void): Promise<LaneJob[]>
  counts(): Promise<LaneCounts>
  /** When the next sleeping job is due (ms). */
  nextDelayedAt(): Promise<number | null>
  extendLocks(jobs: LaneJob[], token: string, durationMs: number): Promise<void>
  close(): Promise<void>
}

/** How long a worker holds a job without a sign of life (ms), and what becomes of a job whose workers die. */
export interface LaneQueueSettings {
  lockMs: number
  /** How many workers may die with a job in hand before it is poisoned. */
  maxStalls: number
  /** The store's clock, which sleeping jobs go by; the host's where it is not given. */
  clock?: { now(): number }
}

/** A stream is cut by whole blocks: some hundred stay. */
const EVENTS_KEPT = 10
/** BullMQ's score of a sleeping job is its time in ms and, behind that, a number that keeps equal ones in order. */
const SCORE_OF_MS = 0x1000

/** As fetch-jobs.lua tells of it: id, name, data, options, attempts that failed and that were begun, deaths, priority, stack traces. */
type FetchedJob = [string, string, string, string, number, number, number, number, string]

/** By the number of workers that died with the job in hand: how many are fetched together. */
const MOST_TOGETHER = [1_000, 10]
const COMPLETED_TOGETHER = 50
const RETURNED = JSON.stringify('converged')
const FETCHED = list(tuple<FetchedJob>(text, text, text, text, number, number, number, number, text))
/** What is read of them; a job with neither ref nor roster is nobody's. */
const jobData = object<{ roster?: string; ref?: string }>({ roster: optional(text), ref: optional(text) })
const jobOptions = object<{ attempts?: number }>({ attempts: optional(number) })
const COMPLETED = list(oneOf('ok', 'missing', 'unlocked', 'inactive'))

const fetchJobs = laneCommand(import.meta.url, './fetch-jobs.lua', 6)
const completeJobs = laneCommand(import.meta.url, './complete-jobs.lua', 2)

/** One connection for everything: no blocking connection, no worker loop (docs/decisions/lane-pump.md). */
export function createLaneQueue(
  connection: Redis,
  names: { prefix: string; name: string },
  settings: LaneQueueSettings,
): LaneQueue {
  const now = () => settings.clock?.now() ?? Date.now()
  const aheadMs = () => now() - Date.now()
  const base = { connection, prefix: names.prefix, skipVersionCheck: true }
  const queue = new Queue<ConvergeData>(names.name, { ...base, streams: { events: { maxLen: EVENTS_KEPT } } })
  const worker = new Worker<ConvergeData>(
    names.name,
    null,
    {
      ...base,
      autorun: false,
      lockDuration: settings.lockMs,
      settings: {
        backoffStrategy: (attempt: number) => untilFullStep(retryDelayMs(attempt, Math.random()), now()),
      },
    },
    (name, options, extra) =>
      byStoreClock(createRedisBackend(name, options, { ...extra, withBlockingConnection: false }), aheadMs),
  )
  const add = (jobs: readonly NewJob[]) => addJobs(connection, (type) => queue.toKey(type), jobs, now())
  const keysOf = (...types: string[]) => [...types, ''].map((type) => queue.toKey(type))
  const completeOf = (token: string) =>
    together<string, true>(COMPLETED_TOGETHER, async (ids) => {
      const words = [...keysOf('active', 'completed'), token, now(), COMPLETED_KEPT, RETURNED, ...ids]
      const answers = read(COMPLETED, await completeJobs(connection, words), 'An answer of complete-jobs.lua')
      return answers.map(
        (answer, at) => answer === 'ok' || new Error(`The job ${ids[at]} can't be ended: it is ${answer}.`),
      )
    })
  // Connection errors arrive at the commands that met them; an unheard 'error' event would end the process.
  queue.on('error', () => {})
  worker.on('error', () => {})

  return {
    async enqueue(work) {
      await add(work.filter(({ place }) => place.state === 'none'))
      await Promise.all(work.map((item) => bringForward(queue, item)))
      return new Set(work.filter(({ place }) => place.state === 'active').map(({ ref }) => ref))
    },
    add,
    async fetch(limit, token, behind) {
      if (limit <= 0) return []
      const keys = keysOf('wait', 'active', 'prioritized', 'delayed', 'meta', 'pc')
      const words = [...keys, token, settings.lockMs, now(), limit, ...MOST_TOGETHER]
      // A cluster may send a command to another node than the next one, or once more.
      const answer = await fetchJobs(connection, words, connection.isCluster ? undefined : behind)
      if (connection.isCluster) behind?.()
      const fetched = read(FETCHED, answer, 'An answer of fetch-jobs.lua')
      const complete = completeOf(token)
      return fetched.map((job) => toLaneJob(job, { worker, token, complete, maxStalls: settings.maxStalls, aheadMs }))
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
      // A job's own fields tell when it was made, and how long it sleeps, but not since when.
      const [, score] = await connection.zrange(queue.toKey('delayed'), '0', '0', 'WITHSCORES')
      return score === undefined ? null : Math.floor(Number(score) / SCORE_OF_MS)
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

/** Where BullMQ's scripts are given the time: behind their eleven keys and the prefix. */
const TIME_AT: Readonly<Record<string, number>> = { moveToDelayed: 12 }

interface Executes {
  execCommand(client: unknown, command: string, args: unknown[]): unknown
}

/**
 * BullMQ goes by the host's clock when it lets a job sleep. Hosts differ, so it is told the store's time: one
 * whose clock is half a minute ahead would let its jobs sleep half a minute too long for everybody.
 */
function byStoreClock<T>(backend: T, aheadMs: () => number): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- BullMQ does not declare it; sleeping-jobs.redis.test.ts fails without
  const executes = backend as unknown as Executes
  const execute = executes.execCommand.bind(executes)
  executes.execCommand = (client, command, args) => {
    const at = TIME_AT[command]
    return execute(client, command, at === undefined ? args : args.with(at, Number(args[at]) + aheadMs()))
  }
  return backend
}

/** Soon enough for what was asked. A job that was begun or ended since it was looked at has seen the change: it was recorded before. */
async function bringForward(queue: Queue<ConvergeData>, { place, priority }: Enqueued): Promise<void> {
  const isUrgent = priority === 'now'
  switch (place.state) {
    case 'none':
    case 'active':
      return
    case 'delayed':
      await (await queue.getJob(place.id))?.promote().catch(unlessMoved)
      return
    case 'prioritized':
      if (priority !== 'bulk') await changePriority(queue, place.id, isUrgent)
      return
    case 'waiting':
      if (isUrgent) await changePriority(queue, place.id, true)
  }
}

async function changePriority(queue: Queue<ConvergeData>, id: string, lifo: boolean): Promise<void> {
  await (await queue.getJob(id))?.changePriority({ priority: 0, lifo }).catch(unlessMoved)
}

function unlessMoved(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== ErrorCode.JobNotExist && code !== ErrorCode.JobNotInState) throw error
}

function toLaneJob(
  [id, name, data, options, attemptsMade, attemptsStarted, stalledCounter, priority, stacktrace]: FetchedJob,
  by: {
    worker: Worker<ConvergeData>
    token: string
    complete: (id: string) => Promise<true>
    maxStalls: number
    aheadMs: () => number
  },
): LaneJob {
  const { worker, token } = by
  const { roster = '', ref = '' } = readJson(jobData, data, 'What a job carries')
  const opts = readJson(jobOptions, options, 'The options of a job')
  /** As BullMQ has it, whose own steps end it in any other way than the usual one. */
  const open = () =>
    Job.fromJSON<ConvergeData>(worker, {
      id,
      name,
      data,
      opts,
      attemptsMade,
      attemptsStarted,
      stalledCounter,
      priority,
      stacktrace,
      progress: 0,
      timestamp: 0,
      failedReason: '',
      returnvalue: '',
    })
  return {
    ref,
    roster,
    id,
    isBulk: priority > 0,
    attemptsMade,
    isLastAttempt: attemptsMade + 1 >= (opts.attempts ?? ATTEMPTS),
    stalls: stalledCounter,
    poisoned: stalledCounter >= by.maxStalls,
    complete: async () => void (await by.complete(id)),
    retry: async (error) => void (await open().moveToFailed(error, token, false)),
    fail: async (error) => void (await open().moveToFailed(new UnrecoverableError(error.message), token, false)),
    // BullMQ takes a time of the host's clock (byStoreClock).
    later: (at) => open().moveToDelayed(at - by.aheadMs(), token),
    giveBack: async () => void (await open().moveToWait(token)),
  }
}
