import { setTimeout as sleep } from 'node:timers/promises'
import { toStoreError } from './redis.ts'

const AGAIN_MS = 500

/** Asks again while the store is away, or a connection is lost between a command and its answer: that is no reason to end a process. */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!toStoreError(error)) throw error
      await sleep(AGAIN_MS)
    }
  }
}
