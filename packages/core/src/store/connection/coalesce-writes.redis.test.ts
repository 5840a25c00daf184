import type { Socket } from 'node:net'
import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { eventually } from '@flightroster/core/testing'
import { coalesceWrites } from './coalesce-writes.ts'

const { redis, connect } = await withRedis({ flush: false, client: { retryStrategy: () => 50 } })
coalesceWrites(redis)
await redis.ping()

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
  const other = connect()
  await other.client('KILL', 'ID', id)
  other.disconnect()
  await eventually(async () => expect(await redis.client('ID')).not.toBe(id))
  const handovers = countHandovers()
  expect(await raise('b', 200)).toEqual(upTo(200))
  expect(handovers()).toBeLessThan(10)
})
