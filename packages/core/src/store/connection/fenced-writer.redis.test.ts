import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createFencedWrite } from './fenced-writer.ts'

const { redis } = await withRedis()

it('whoever holds the fence writes, however much, and nobody else writes anything', async () => {
  await redis.set('fence', 'mine')
  const write = createFencedWrite(redis, 'fence', 'mine')
  await write(
    'set',
    'SADD',
    Array.from({ length: 9_000 }, (_, at) => at),
  )
  expect(await redis.scard('set')).toBe(9_000)
  await redis.set('fence', 'another')
  await expect(write('set', 'UNLINK')).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await redis.scard('set')).toBe(9_000)
})
