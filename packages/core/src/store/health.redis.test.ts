import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { startRedis } from '@flightroster/core/testing'
import { checkRedis } from './health.ts'

it.each([
  [['--cluster-enabled', 'yes'], 'a node of a cluster and holds a part of it only'],
  [['--maxmemory-policy', 'allkeys-lru'], 'set maxmemory-policy to noeviction'],
])('refuses at the start a server that runs with %j', async (args, sentence) => {
  await using server = await startRedis({ args })
  const redis = new Redis(server.url)
  await expect(checkRedis(redis)).rejects.toThrow(sentence)
  redis.disconnect()
})
