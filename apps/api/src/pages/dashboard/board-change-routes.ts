import { AppError } from '@flightroster/core/errors'
import type { LaneList } from '@flightroster/core/usecases/lane-overview'
import type { Queue } from 'bullmq'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { cleanAll, cleanJob, promoteAll, promoteJob, retryAll, retryJob, type BoardTarget } from './board-actions.ts'
import type { BoardQueues } from './board-queues.ts'
import { searchOf, sendDone } from './board-request.ts'
import { paramOf, textsOf } from '../../request-texts.ts'
import { carryOut } from '../note.ts'

export interface ChangeDeps {
  deps: ApiDeps
  laneList: LaneList
  queues: BoardQueues
  open: (teamKey: string) => Queue
}

const changes = {
  schema: { hide: true },
  config: { scope: 'public', page: 'operator', hasScripts: true, takesBody: true },
} as const

interface Params {
  queueName: string
  jobId: string
  queueStatus: string
}

type Change = (target: BoardTarget, params: Params) => Promise<unknown>

const LANE_CHANGES: Record<string, { action: string; change: Change }> = {
  pause: { action: 'lane.pause', change: ({ deps, teamKey }) => deps.lanes.pause(teamKey) },
  resume: { action: 'lane.resume', change: ({ deps, teamKey }) => deps.lanes.resume(teamKey) },
  promote: { action: 'jobs.promote', change: promoteAll },
  'retry/:queueStatus': { action: 'jobs.retry', change: (target, { queueStatus }) => retryFailed(target, queueStatus) },
  'clean/:queueStatus': { action: 'jobs.clean', change: (target, { queueStatus }) => cleanAll(target, queueStatus) },
  ':jobId/retry': { action: 'job.retry', change: (target, { jobId }) => retryJob(target, jobId) },
  ':jobId/promote': { action: 'job.promote', change: (target, { jobId }) => promoteJob(target, jobId) },
  ':jobId/clean': { action: 'job.clean', change: (target, { jobId }) => cleanJob(target, jobId) },
}

/** Everything that Bull Board can change and that we let through; whatever else it offers is refused. */
export function boardChangeRoutes(app: ApiServer, prefix: string, parts: ChangeDeps): void {
  for (const [route, { action, change }] of Object.entries(LANE_CHANGES)) {
    app.put(`${prefix}/api/queues/:queueName/${route}`, changes, async (request, reply) => {
      const { jobId = '', queueStatus = '' } = textsOf(request.params)
      const params: Params = { queueName: paramOf(request, 'queueName'), jobId, queueStatus }
      const teamKey = await parts.queues.teamKeyOf(params.queueName)
      const target = { deps: parts.deps, teamKey, queue: parts.open(teamKey) }
      const detail = jobId === '' ? '' : `job ${jobId}`
      await noted(parts, request, { action, teamKey, detail }, () => change(target, params))
      return sendDone(reply)
    })
  }
  for (const verb of ['pause', 'resume'] as const) {
    app.put(`${prefix}/api/queues/${verb}`, changes, async (request, reply) => {
      for (const teamKey of await parts.queues.teamKeysShown(searchOf(request))) {
        const about = { action: `lane.${verb}`, teamKey, detail: '' }
        await noted(parts, request, about, () => parts.deps.lanes[verb](teamKey))
      }
      return sendDone(reply)
    })
  }
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url: `${prefix}/*`,
    ...changes,
    handler: () => {
      throw new AppError('scope_missing', {
        message:
          'This is not offered here: jobs are made from what is recorded, and only the worker that holds the lane changes them.',
      })
    },
  })
}

async function noted(
  { deps, laneList }: ChangeDeps,
  request: FastifyRequest,
  { action, teamKey, detail }: { action: string; teamKey: string; detail: string },
  change: () => Promise<unknown>,
): Promise<void> {
  await carryOut(deps, request, { action, target: `team-key:${teamKey}`, detail }, change)
  laneList.forget()
}

async function retryFailed(target: BoardTarget, status: string): Promise<number> {
  if (status !== 'failed') throw new AppError('conflict', { message: 'Only failed jobs can be retried.' })
  return retryAll(target)
}
