import { expect, it } from 'vitest'
import { startRedis } from '@flightroster/core/testing'
import { createLog } from '../../log.ts'
import { createRedis } from './redis.ts'

const connect = async (url: string, commandTimeoutMs: number) => {
  const log = createLog({ level: 'silent', name: 'test' })
  const redis = createRedis(url, { name: 'test', log, commandTimeoutMs, failFast: true })
  await new Promise((resolve) => redis.once('ready', resolve))
  return redis
}

it('takes an answer that came while this process had no processor', async () => {
  await using server = await startRedis()
  const redis = await connect(server.url, 100)
  const answer = redis.ping()
  // The command is on its way.
  await new Promise((resolve) => setImmediate(resolve))
  for (const until = performance.now() + 400; performance.now() < until;);
  expect(await answer).toBe('PONG')
  redis.disconnect()
})

it('gives up a store that gives no answer, in time', async () => {
  await using server = await startRedis()
  const redis = await connect(server.url, 300)
  server.freeze()
  const begun = performance.now()
  await expect(redis.ping()).rejects.toThrow('Command timed out')
  expect(performance.now() - begun).toBeGreaterThan(290)
  server.thaw()
  redis.disconnect()
})
