import { queueName, queuePrefix, type Store } from '@flightroster/core/store'
import { Queue } from 'bullmq'
import { keepOpen, type KeptOpen } from '../../kept-open.ts'

/** Queues opened for looking at, since a board asks for the same ones every few seconds. */
export type QueueCache = KeptOpen<Queue>

const KEPT_OPEN = 120

/** `deps` is looked at with the first queue: registering routes needs no store. */
export const createLazyQueueCache = (deps: { store: Store }): QueueCache =>
  keepOpen(KEPT_OPEN, (teamKey) => openQueue(deps.store.redis, teamKey))

function openQueue(connection: Store['redis'], teamKey: string): Queue {
  const queue = new Queue(queueName(teamKey), {
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
