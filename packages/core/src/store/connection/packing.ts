import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

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
  return Date.now() >= (await from)
}

async function learn(redis: Redis): Promise<number> {
  const noted = await redis.get(globalKeys.packedFrom)
  if (noted !== null) return Number(noted)
  const isNew = (await redis.exists(globalKeys.teamKeys)) === 0
  await redis.set(globalKeys.packedFrom, isNew ? 0 : Date.now() + SIDE_BY_SIDE_MS, 'NX')
  return Number(await redis.get(globalKeys.packedFrom))
}
