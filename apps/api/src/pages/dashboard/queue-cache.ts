import { queueName, queuePrefix, type Connection } from '@flightroster/core/store'
import { isRef } from '@flightroster/core/secrets'
import { Queue, type Job } from 'bullmq'
import { keepOpen, type KeptOpen } from '../../kept-open.ts'

/** Queues opened for looking at, since a board asks for the same ones every few seconds. */
export type QueueCache = KeptOpen<Queue>

const KEPT_OPEN = 120

/** `deps` is looked at with the first queue: registering routes needs no connection. */
export const createLazyQueueCache = (deps: { connection: Connection }): QueueCache =>
  keepOpen(KEPT_OPEN, (teamKey) => openQueue(deps.connection, teamKey))

/** Ids of jobs come from addresses: one that is the name of another key of the queue is no job's, though BullMQ would read it. */
class QueueToLookAt extends Queue {
  override async getJob(jobId: string): Promise<Job | undefined> {
    return isRef(jobId) ? super.getJob(jobId) : undefined
  }
}

function openQueue(connection: Connection, teamKey: string): Queue {
  const queue = new QueueToLookAt(queueName(teamKey), {
    connection,
    prefix: queuePrefix(teamKey),
    skipVersionCheck: true,
    // Looking at a queue must not make one.
    skipMetasUpdate: true,
  })
  // Connection errors arrive at the commands that met them; an unheard 'error' event would end the process.
  queue.on('error', () => {})
  return queue
}
