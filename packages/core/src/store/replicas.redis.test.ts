import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually, startRedis } from '@flightroster/core/testing'
import { confirmByReplicas } from './replicas.ts'

it('waits for the replicas asked for, and says that it is unknown where there are fewer', async () => {
  await using primary = await startRedis()
  await using replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(primary.port)] })
  const redis = new Redis(primary.url)
  await eventually(async () => {
    await redis.set('key', 'value')
    await confirmByReplicas(redis, 1)
  })
  await confirmByReplicas(redis, 0)
  await replica.kill()
  await redis.set('key', 'newer')
  await expect(confirmByReplicas(redis, 1)).rejects.toMatchObject({ code: 'store_unavailable' })
  redis.disconnect()
})
