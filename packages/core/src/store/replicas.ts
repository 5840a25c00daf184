import type { Redis } from 'ioredis'
import { AppError } from '../errors.ts'

/** Below the patience of a request: a caller is told "unknown" rather than kept waiting. */
const WAIT_MS = 500
const RETRY_AFTER_MS = 2_000

/**
 * Waits until so many replicas have what was written before on this connection. Throws store_unavailable where they have not:
 * the write stands on the primary, so the same request sent again has one effect.
 */
export async function confirmByReplicas(redis: Redis, replicas: number): Promise<void> {
  if (replicas === 0) return
  const confirmed = await redis.wait(replicas, WAIT_MS)
  if (confirmed >= replicas) return
  throw new AppError('store_unavailable', {
    message: `Only ${confirmed} of ${replicas} replicas confirmed the write in time; whether it is kept is unknown.`,
    retryAfterMs: RETRY_AFTER_MS,
  })
}
