import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually, startRedis } from '@flightroster/core/testing'
import { writeConfirmed } from './replicas.ts'

it('waits for the replicas asked for, and says that it is unknown where there are fewer', async () => {
  await using primary = await startRedis()
  await using replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
  const redis = new Redis(primary.url)
  const write = (replicas: number) =>
    writeConfirmed(redis, { key: 'key', replicas }, (node) => node.set('key', 'value'))
  await eventually(async () => expect(await write(1)).toBe('OK'))
  expect(await write(0)).toBe('OK')
  await replica.kill()
  await expect(write(1)).rejects.toMatchObject({ code: 'store_unavailable' })
  redis.disconnect()
})
