import { Redis, type RedisOptions } from 'ioredis'
import { afterAll, beforeEach } from 'vitest'
import { startRedis, type TestRedis, type TestRedisOptions } from './redis.ts'

export interface WithRedisOptions extends TestRedisOptions {
  /** `false` where tests build on one another, or on what `beforeAll` wrote. */
  flush?: boolean
  /** How its clients connect. */
  client?: RedisOptions
}

export interface WithRedis {
  /** A connection for the whole file. */
  redis: Redis
  server: TestRedis
  /**
   * One more connection, as another process would have it; closed with the file at the latest. With `db`, tests that mostly wait
   * run side by side, each in a database of its own.
   */
  connect: (options?: Pick<RedisOptions, 'db'>) => Redis
}

/**
 * A Redis for one test file, empty before each test and gone after the last: `const { redis } = await withRedis()`
 * at the top of the file. Only under vitest; a test that kills its server starts one of its own with `startRedis`.
 */
export async function withRedis({ flush = true, client, ...options }: WithRedisOptions = {}): Promise<WithRedis> {
  const server = await startRedis(options)
  const open: Redis[] = []
  const connect = (options: Pick<RedisOptions, 'db'> = {}) => {
    // Waits for the server as the product's clients do, which its queues demand.
    const redis = new Redis(server.url, { maxRetriesPerRequest: null, ...client, ...options })
    open.push(redis)
    return redis
  }
  const redis = connect()
  if (flush) beforeEach(() => redis.flushall())
  afterAll(async () => {
    for (const one of open) one.disconnect()
    await server.close()
  })
  return { redis, server, connect }
}
