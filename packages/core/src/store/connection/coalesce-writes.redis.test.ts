import type { Socket } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, startRedis, type TestRedis } from '@flightroster/core/testing'
import { coalesceWrites } from './coalesce-writes.ts'

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 })
  coalesceWrites(redis)
  await redis.ping()
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})

/** How many times the stream hands something on from here. */
function countHandovers(): () => number {
  const stream = redis.stream as Socket
  let count = 0
  for (const name of ['_write', '_writev'] as const) {
    const handOver = stream[name]?.bind(stream) as ((...words: unknown[]) => void) | undefined
    Object.assign(stream, { [name]: (...words: unknown[]) => (count++, handOver?.(...words)) })
  }
  return () => count
}

const raise = (key: string, times: number) => Promise.all(Array.from({ length: times }, () => redis.incr(key)))
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

it('sends the commands of one turn together, in their order', async () => {
  const handovers = countHandovers()
  expect(await raise('a', 200)).toEqual(upTo(200))
  expect(handovers()).toBeLessThan(10)
})

it('does so on the next connection too', async () => {
  const id = await redis.client('ID')
  const other = new Redis(server.url)
  await other.client('KILL', 'ID', id)
  other.disconnect()
  await eventually(async () => expect(await redis.client('ID')).not.toBe(id))
  const handovers = countHandovers()
  expect(await raise('b', 200)).toEqual(upTo(200))
  expect(handovers()).toBeLessThan(10)
})
