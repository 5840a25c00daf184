import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/** Which body came with an Idempotency-Key. Both are digests: nothing of a caller's stands in the store. */
export interface IdempotencyKeys {
  /** Binds a key to a body, for `forMs`. `other`: it is bound to another one already. */
  claim(key: string, body: string, forMs: number): Promise<'new' | 'same' | 'other'>
  /** The request recorded nothing, so its key is free for a corrected one. */
  release(key: string): Promise<void>
}

/** Answers to requests with an `Idempotency-Key`, kept for a time. */
export function createIdempotencyKeys(redis: Redis): IdempotencyKeys {
  return {
    async claim(key, body, forMs) {
      // In two steps, since Redis 6.2 does not take GET beside NX. One that expires in between is claimed by the next request.
      if ((await redis.set(globalKeys.idempotency(key), body, 'PX', forMs, 'NX')) === 'OK') return 'new'
      const before = await redis.get(globalKeys.idempotency(key))
      return before === null || before === body ? 'same' : 'other'
    },
    release: async (key) => void (await redis.unlink(globalKeys.idempotency(key))),
  }
}
