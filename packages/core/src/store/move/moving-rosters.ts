import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/** Rosters whose move has begun and not ended, over all lanes. An id too many costs a look at its record. */
export interface MovingRosters {
  note(...rosterIds: string[]): Promise<void>
  forget(rosterId: string): Promise<void>
  all(): Promise<string[]>
}

/** Rosters whose move has begun and not ended, so that another process can finish it. */
export function createMovingRosters(redis: Redis): MovingRosters {
  return {
    note: async (...rosterIds) => {
      if (rosterIds.length > 0) await redis.sadd(globalKeys.moving, ...rosterIds)
    },
    forget: async (rosterId) => void (await redis.srem(globalKeys.moving, rosterId)),
    all: () => redis.smembers(globalKeys.moving),
  }
}
