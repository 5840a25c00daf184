import { expect, it } from 'vitest'
import { eventually, startCuttingProxy } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createLog } from '../../log.ts'
import { createRedis } from '../connection/redis.ts'
import { globalKeys } from '../keys.ts'
import { listenToDoorbell } from './doorbell.ts'

const { redis, server } = await withRedis()
const log = createLog({ level: 'silent', name: 'test' })

it('is heard again, and ends no process, where the connection is lost once more while it is asked for', async () => {
  await using proxy = await startCuttingProxy(server.port)
  const subscriber = createRedis(`redis://127.0.0.1:${proxy.port}`, { name: 'listening', log })
  const unheard: unknown[] = []
  // What nobody waits for would end a process of ours; here the runner tells it too.
  process.on('unhandledRejection', (error) => unheard.push(error))
  const rung: string[] = []
  listenToDoorbell(
    subscriber,
    (lane) => rung.push(lane),
    () => {},
  )
  const isHeard = (lane: string) =>
    eventually(async () => {
      await redis.publish(globalKeys.doorbell, lane)
      expect(rung).toContain(lane)
    })
  await isHeard('first')
  proxy.cutAfter(() => true)
  await subscriber.ping().catch(() => {})
  proxy.cutAfter((sent) => sent.includes('subscribe'), 2)
  await eventually(() => expect(proxy.cuts()).toBe(3))
  await isHeard('second')
  expect(unheard).toEqual([])
  subscriber.disconnect()
})
