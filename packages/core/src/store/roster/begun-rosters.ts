import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/** Rosters whose move or deletion has begun and not ended, over all lanes. An id too many costs a look at its record. */
export interface BegunRosters {
  /** Before the record says so. */
  note(...rosterIds: string[]): Promise<void>
  forget(rosterId: string): Promise<void>
  all(): Promise<string[]>
}

/** Rosters whose move or deletion has begun and not ended, so that another process can finish it. */
export function createBegunRosters(redis: Redis): BegunRosters {
  return {
    note: async (...rosterIds) => {
      if (rosterIds.length > 0) await redis.sadd(globalKeys.begun, ...rosterIds)
    },
    forget: async (rosterId) => void (await redis.srem(globalKeys.begun, rosterId)),
    all: () => redis.smembers(globalKeys.begun),
  }
}
