import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { globalKeys } from './keys.ts'
import { createWorkers } from './workers.ts'

const NOW = 1_700_000_000_000
const HOUR_MS = 3_600_000

const { redis } = await withRedis()
const workers = createWorkers(redis)

it('a team key is served by a worker of all keys or of this one, while its beats are young', async () => {
  expect(await workers.serving('acme', NOW)).toEqual({ isServed: false, seenAt: null })
  await workers.beat('other', ['globex'], NOW)
  expect(await workers.serving('acme', NOW)).toEqual({ isServed: false, seenAt: null })
  await workers.beat('one', ['acme'], NOW - 60_000)
  expect(await workers.serving('acme', NOW)).toEqual({ isServed: false, seenAt: NOW - 60_000 })
  await workers.beat('all', null, NOW - 30_000)
  expect(await workers.serving('acme', NOW)).toEqual({ isServed: true, seenAt: NOW - 30_000 })
})

it('a worker that was stopped serves nothing from that moment, which is told', async () => {
  await workers.beat('all', null, NOW - 5_000)
  await workers.end('all', NOW - 1_000)
  await workers.end('never-there', NOW)
  expect(await workers.serving('acme', NOW)).toEqual({ isServed: false, seenAt: NOW - 1_000 })
})

it('of those long gone the last is kept for each choice of keys, so that days later it is known since when', async () => {
  for (let at = 0; at < 5; at++) await workers.beat(`all-${at}`, null, NOW + at)
  await workers.beat('one', ['acme'], NOW + 9)
  const later = NOW + 48 * HOUR_MS
  expect(await workers.serving('acme', later)).toEqual({ isServed: false, seenAt: NOW + 9 })
  expect(await workers.serving('globex', later)).toEqual({ isServed: false, seenAt: NOW + 4 })
  expect((await redis.hkeys(globalKeys.workers)).sort()).toEqual(['all-4', 'one'])
})
