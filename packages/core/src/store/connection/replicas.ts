import type { Redis } from 'ioredis'
import { AppError } from '../../errors.ts'
import { nodeOf } from './cluster-nodes.ts'

/** Below the patience of a request: a caller is told "unknown" rather than kept waiting. */
const WAIT_MS = 500
const RETRY_AFTER_MS = 2_000

/**
 * Writes to the slot of a key, and waits until so many replicas have it. Throws store_unavailable where they have not: the
 * write stands on the primary, so the same request sent again has one effect.
 */
export async function writeConfirmed<T>(
  redis: Redis,
  { key, replicas }: { key: string; replicas: number },
  write: (redis: Redis) => Promise<T>,
): Promise<T> {
  if (replicas === 0) return write(redis)
  // WAIT is about the writes of its own connection: over another one it confirms what it has not seen.
  const node = nodeOf(redis, key)
  const result = await write(node)
  const confirmed = await node.wait(replicas, WAIT_MS)
  if (confirmed >= replicas) return result
  throw new AppError('store_unavailable', {
    message: `Only ${confirmed} of ${replicas} replicas confirmed the write in time; whether it is kept is unknown.`,
    retryAfterMs: RETRY_AFTER_MS,
  })
}
