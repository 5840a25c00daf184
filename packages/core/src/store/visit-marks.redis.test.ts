import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '@flightroster/core/testing'
import { laneKeys } from './keys.ts'
import { createLaneStore } from './lane-store.ts'

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.url)
})
afterAll(async () => {
  redis.disconnect()
  await server.close()
})
beforeEach(async () => void (await redis.flushall()))

const lane = () => createLaneStore(redis, 'acme')
const opensUnclean = async (token: string) => {
  const opened = await lane().open(token, 15_000)
  return opened.kind === 'opened' ? opened.isUnclean : opened.kind
}

it('takes a lane for clean that was never visited, or was closed without a job in hand', async () => {
  expect(await opensUnclean('a')).toBe(false)
  await lane().close('a', true)
  expect(await opensUnclean('b')).toBe(false)
})

it('remembers a visit that died, until one has seen to its jobs', async () => {
  await lane().open('dead', 15_000)
  // Its lease runs out.
  await redis.del(laneKeys('acme').lease)
  expect(await opensUnclean('b')).toBe(true)
  await lane().close('b', false)
  expect(await opensUnclean('c')).toBe(true)
  await lane().close('c', true)
  expect(await opensUnclean('d')).toBe(false)
})

it('leaves the mark of another visit alone when the lease is lost', async () => {
  await lane().open('a', 15_000)
  expect(await lane().close('stranger', true)).toBeNull()
  await lane().close('a', false)
  expect(await opensUnclean('b')).toBe(true)
})
