import type { Redis } from 'ioredis'
import type { Priority } from '../domain/change.ts'
import { ATTEMPTS } from '../domain/retry.ts'
import { laneCommand } from './lane-command.ts'

/** A job that is to be made; its id is the ref. */
export interface NewJob {
  roster: string
  ref: string
  priority: Priority
}

const BULK_PRIORITY = 10
/** Enough for a look at Bull Board; each takes more than a kilobyte, in every lane. */
export const COMPLETED_KEPT = 5
const FAILED_KEPT_SECONDS = 30 * 86_400
const JOB_NAME = 'converge'
/** Lua's unpack is bounded by its stack. */
const AT_ONCE = 1_000
const KINDS = ['now', 'interactive', 'bulk'] as const satisfies readonly Priority[]
/** Stands for the job's id where its options are written once for all. */
const ID = '<id>'

const add = laneCommand(import.meta.url, './add-jobs.lua', 6)

/**
 * Adds jobs in one step. BullMQ's own `addBulk` runs a script for each, which takes Redis ten times as long, and makes an object with
 * a dozen of others for each, which takes the process still longer (docs/decisions/queue-under-the-lease.md). `toKey`: of the queue; `now`: by
 * the store's clock, since people are told how long a job has waited.
 */
export async function addJobs(
  redis: Redis,
  toKey: (type: string) => string,
  jobs: readonly NewJob[],
  now: number,
): Promise<void> {
  const keys = ['wait', 'prioritized', 'pc', 'marker', 'meta', 'active'].map(toKey)
  for (let from = 0; from < jobs.length; from += AT_ONCE) {
    const words = jobs.slice(from, from + AT_ONCE).flatMap((job) => {
      return [KINDS.indexOf(job.priority) + 1, job.ref, JSON.stringify(toBullJob(job).data)]
    })
    await add(redis, [...keys, toKey(''), JOB_NAME, now, ...OPTIONS, ...words])
  }
}

/** A job in BullMQ's words. @internal */
export function toBullJob({ roster, ref, priority }: NewJob) {
  return { name: JOB_NAME, data: { v: 1 as const, roster, ref }, opts: optionsOf(ref, priority) }
}

function optionsOf(ref: string, priority: Priority) {
  return {
    jobId: ref,
    attempts: ATTEMPTS,
    backoff: { type: 'custom' },
    removeOnComplete: { count: COMPLETED_KEPT },
    removeOnFail: { age: FAILED_KEPT_SECONDS },
    stackTraceLimit: 1,
    ...(priority === 'bulk' ? { priority: BULK_PRIORITY } : {}),
    ...(priority === 'now' ? { lifo: true } : {}),
  }
}

/** Of each kind of job: its priority, and the JSON of its options before and behind the id; a ref means the same in JSON. */
const OPTIONS = KINDS.flatMap((kind) => {
  const options = optionsOf(ID, kind)
  return [options.priority ?? 0, ...JSON.stringify(options).split(ID)]
})
