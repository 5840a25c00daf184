import { Redis } from 'ioredis'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { eventually, startRedis } from '@flightroster/core/testing'
import { createLog } from '../../log.ts'
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

it('calls no store usable that is still loading its file, though it answers how it is', async () => {
  // Stands in for a server with a file so large that it loads for a minute.
  const info = 'loading:1\r\nloading_eta_seconds:60\r\nrole:master\r\n'
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      for (const [word] of data.toString().matchAll(/(?<=\r\n)(?:info|client|hello)(?=\r\n)/gi)) {
        socket.write(/info/i.test(word) ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n')
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const log = createLog({ level: 'silent', name: 'test' })
  const redis = createRedis(`redis://127.0.0.1:${port}`, { name: 'test', log, failFast: true })
  const health = startStoreHealth(redis)
  await once(redis, 'connect')
  expect((await health.check()).state).toBe('unreachable')
  expect((await health.check()).state).toBe('unreachable')
  await expect(redis.get('any')).rejects.toThrow("Stream isn't writeable")
  health.close()
  redis.disconnect()
  server.close()
})
