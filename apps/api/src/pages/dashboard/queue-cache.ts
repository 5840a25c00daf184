import { queueName, queuePrefix, type Store } from '@flightroster/core/store'
import { Queue } from 'bullmq'

/** Queues opened for looking at; the most recently used ones stay open, since a board asks for the same ones every few seconds. */
export interface QueueCache {
  open(teamKey: string): Queue
  close(): Promise<void>
}

const KEPT_OPEN = 120

/** `deps` is looked at with the first queue: registering routes needs no store. */
export function createLazyQueueCache(deps: { store: Store }): QueueCache {
  const queues = new Map<string, Queue>()
  return {
    open(teamKey) {
      const queue = queues.get(teamKey) ?? openQueue(deps.store.redis, teamKey)
      // The most recently used one stands last.
      queues.delete(teamKey)
      queues.set(teamKey, queue)
      const [oldest] = queues.keys()
      if (queues.size > KEPT_OPEN && oldest !== undefined) {
        queues
          .get(oldest)
          ?.close()
          .catch(() => {})
        queues.delete(oldest)
      }
      return queue
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      queues.clear()
    },
  }
}

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
