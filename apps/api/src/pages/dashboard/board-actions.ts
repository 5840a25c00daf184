import { AppError } from '@flightroster/core/errors'
import { requestWork } from '@flightroster/core/usecases/intake'
import type { Job, Queue } from 'bullmq'
import type { ApiDeps } from '../../deps.ts'
import { textsOf } from '../../request-texts.ts'

/** What an operator may change from Bull Board. Each goes through our own lane states, so that it holds. */
export interface BoardTarget {
  deps: ApiDeps
  teamKey: string
  queue: Queue
}

/** Jobs in one go; the button can be pressed again. */
const AT_ONCE = 1_000

export async function retryJob({ deps, teamKey, queue }: BoardTarget, jobId: string): Promise<void> {
  await retry(deps, teamKey, await getJobIn(queue, jobId, 'failed'))
}

/** Brought forward: the worker that holds the lane's lease does it, since nobody else may touch its jobs. */
export async function promoteJob({ deps, teamKey, queue }: BoardTarget, jobId: string): Promise<void> {
  await bringForward(deps, teamKey, await getJobIn(queue, jobId, 'delayed'))
}

export async function retryAll({ deps, teamKey, queue }: BoardTarget): Promise<number> {
  const jobs = await queue.getFailed(0, AT_ONCE - 1)
  for (const job of jobs) await retry(deps, teamKey, job)
  return jobs.length
}

export async function promoteAll({ deps, teamKey, queue }: BoardTarget): Promise<number> {
  const jobs = await queue.getDelayed(0, AT_ONCE - 1)
  for (const job of jobs) await bringForward(deps, teamKey, job)
  return jobs.length
}

/** Forgets what is over. What has still to be done would only be recorded again. */
export async function cleanJob({ deps, teamKey }: BoardTarget, jobId: string): Promise<void> {
  if ((await deps.store.lane(teamKey).forgetJobs([jobId])) === 0) throw notOver()
  await deps.store.ready.ring(teamKey)
}

export async function cleanAll({ deps, teamKey, queue }: BoardTarget, status: string): Promise<number> {
  if (status !== 'failed' && status !== 'completed') throw notOver()
  const removed = await queue.clean(0, AT_ONCE, status)
  await deps.store.ready.ring(teamKey)
  return removed.length
}

const notOver = () =>
  new AppError('conflict', {
    message: 'Only finished and failed jobs can be removed: a change that is still to be made would be recorded again.',
  })

async function getJobIn(queue: Queue, jobId: string, wanted: 'failed' | 'delayed'): Promise<Job> {
  const job = await queue.getJob(jobId)
  if (!job) throw new AppError('not_found', { message: 'The job was not found.' })
  if ((await job.getState()) !== wanted) throw new AppError('conflict', { message: `The job is no longer ${wanted}.` })
  return job
}

async function retry(deps: ApiDeps, teamKey: string, job: Job): Promise<void> {
  await bringForward(deps, teamKey, job)
  // A job of its own is made for the retry; this one would go on counting as failed until then.
  await deps.store.lane(teamKey).forgetJobs([job.id ?? ''])
}

async function bringForward(deps: ApiDeps, teamKey: string, job: Job): Promise<void> {
  const { ref = '' } = textsOf(job.data)
  const [work] = await deps.store.lane(teamKey).readWork([ref])
  // Nothing left to do for this member: it was converged since.
  if (!work) return
  await requestWork(deps, { roster: work.roster, member: work.member, kind: 'retry', origin: 'console' })
}
