import type { Redis } from 'ioredis'
import { globalKeys } from '../keys.ts'

/** True for one process in `forMs`: what all of them would do, one does. */
export async function takeTask(redis: Redis, name: string, forMs: number): Promise<boolean> {
  return (await redis.set(globalKeys.task(name), '1', 'PX', forMs, 'NX')) === 'OK'
}
