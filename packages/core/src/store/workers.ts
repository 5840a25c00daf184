import type { Redis } from 'ioredis'
import { globalKeys } from './keys.ts'

/** Which workers are running, so that people can be told when none is. */
export interface Workers {
  /** Notes that a worker is alive; `lanes`: the team keys that it serves, null: all. */
  beat(id: string, lanes: readonly string[] | null, now: number): Promise<void>
  end(id: string): Promise<void>
  /** Whether a worker that serves this team key was alive lately. */
  serve(teamKey: string, now: number): Promise<boolean>
}

export const BEAT_EVERY_MS = 10_000
/** Three beats, and a moment: a worker that is busy or waits for the store is not gone. */
const GONE_AFTER_MS = 35_000
const FORGOTTEN_AFTER_MS = 3_600_000

interface Beat {
  at: number
  lanes: readonly string[] | null
}

export function createWorkers(redis: Redis): Workers {
  return {
    async beat(id, lanes, now) {
      await redis.hset(globalKeys.workers, id, JSON.stringify({ at: now, lanes } satisfies Beat))
    },
    end: async (id) => void (await redis.hdel(globalKeys.workers, id)),
    async serve(teamKey, now) {
      const beats = Object.entries(await redis.hgetall(globalKeys.workers)).map(
        ([id, json]) => [id, JSON.parse(json) as Beat] as const,
      )
      const forgotten = beats.filter(([, { at }]) => at < now - FORGOTTEN_AFTER_MS).map(([id]) => id)
      if (forgotten.length > 0) await redis.hdel(globalKeys.workers, ...forgotten)
      return beats.some(([, { at, lanes }]) => at >= now - GONE_AFTER_MS && (lanes === null || lanes.includes(teamKey)))
    },
  }
}
