import type { Redis } from 'ioredis'

/** What the keys that begin so take in Redis, exactly (bytes), by key. */
export async function memoryOf(redis: Redis, prefix: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000)
    cursor = next
    for (const key of keys) sizes.set(key, Number(await redis.memory('USAGE', key, 'SAMPLES', 0)))
  } while (cursor !== '0')
  return sizes
}

export const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0)
