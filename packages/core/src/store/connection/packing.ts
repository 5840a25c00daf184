import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'
import { readStoreTime } from './store-clock.ts'

/** So long after an upgrade nothing is packed: processes of the former release may run beside, and they read JSON alone. */
const SIDE_BY_SIDE_MS = 86_400_000

const learnt = new WeakMap<Redis, Promise<number>>()

/**
 * Whether records of members are written in their short form (desired.ts, observed.ts): in a store that a release with both forms began,
 * or a day after the first of its processes came to one that is older. Every process reads both. A process that can't read the short
 * form fails on it, and takes it for nothing else.
 */
export async function isPacking(redis: Redis): Promise<boolean> {
  let from = learnt.get(redis)
  if (!from) {
    from = learn(redis)
    learnt.set(redis, from)
    from.catch(() => learnt.delete(redis))
  }
  return performance.now() >= (await from)
}

/** From when on, by the host's monotonic time: what is noted is of the store's clock, which all processes share. */
async function learn(redis: Redis): Promise<number> {
  const now = await readStoreTime(redis)
  const askedAt = performance.now()
  const inMs = (from: string | null) => askedAt + Number(from) - now
  const noted = await redis.get(globalKeys.packedFrom)
  if (noted !== null) return inMs(noted)
  const isNew = (await redis.exists(globalKeys.teamKeys)) === 0
  await redis.set(globalKeys.packedFrom, isNew ? 0 : now + SIDE_BY_SIDE_MS, 'NX')
  return inMs(await redis.get(globalKeys.packedFrom))
}
