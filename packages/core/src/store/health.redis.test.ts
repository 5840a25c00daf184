import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { eventually, startRedis } from '@flightroster/core/testing'
import { createLog } from '../log.ts'
import { checkRedis, startStoreHealth } from './health.ts'
import { createRedis } from './redis.ts'

it.each([
  [['--cluster-enabled', 'yes'], 'a node of a cluster and holds a part of it only'],
  [['--maxmemory-policy', 'allkeys-lru'], 'set maxmemory-policy to noeviction'],
])('refuses at the start a server that runs with %j', async (args, sentence) => {
  await using server = await startRedis({ args })
  const redis = new Redis(server.url)
  await expect(checkRedis(redis)).rejects.toThrow(sentence)
  redis.disconnect()
})

it.each(['kill', 'freeze'] as const)(
  'says so within seconds where the server of a patient client is gone (%s)',
  async (how) => {
    await using server = await startRedis()
    // As a worker connects: its commands wait until the server is back.
    const redis = createRedis(server.url, { name: 'test', log: createLog({ level: 'silent', name: 'test' }) })
    const health = startStoreHealth(redis)
    const isUsable = (usable: boolean) =>
      eventually(() => expect(health.report().state === 'usable').toBe(usable), { timeoutMs: 30_000 })
    await isUsable(true)
    await server[how]()
    await isUsable(false)
    await (how === 'kill' ? server.restart() : server.thaw())
    await isUsable(true)
    health.close()
    redis.disconnect()
  },
)
