import { expect, it } from 'vitest'
import { NO_JOB, startCuttingProxy } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createLog } from '../../log.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { laneKeys, queueName, queuePrefix } from '../keys.ts'
import { createLaneStore } from '../lane/lane-store.ts'
import { createRedis } from './redis.ts'

const { server } = await withRedis()
const log = createLog({ level: 'silent', name: 'test' })

it('sends no command again whose answer was lost: it fails, and what was not sent goes on', async () => {
  await using proxy = await startCuttingProxy(server.port)
  const redis = createRedis(`redis://127.0.0.1:${proxy.port}`, { name: 'test', log })
  await redis.ping()
  proxy.cutAfter((sent) => sent.includes('incr'))
  await expect(redis.incr('count')).rejects.toThrow('Connection is closed.')
  expect(await redis.get('count')).toBe('1')
  redis.disconnect()
})

it('leaves no job without a holder where the answer to a fetch is lost', async () => {
  await using proxy = await startCuttingProxy(server.port)
  const redis = createRedis(`redis://127.0.0.1:${proxy.port}`, { name: 'test', log })
  const queue = createLaneQueue(
    redis,
    { prefix: queuePrefix('acme'), name: queueName('acme') },
    { lockMs: 15_000, maxStalls: 3 },
  )
  const lane = createLaneStore(redis, 'acme')
  for (const ref of ['m-1', 'm-2', 'm-3'])
    await queue.enqueue([{ roster: 'gold', ref, priority: 'interactive', place: NO_JOB }])
  await lane.open('one', 15_000)
  const [first] = await queue.fetch(1, 'one')
  await first?.giveBack()
  for (let round = 0; round < 3; round++) {
    proxy.cutAfter((sent) => sent.includes(':delayed'))
    await expect(queue.fetch(1, 'one')).rejects.toThrow()
    // The visit ends by the fault and gives the lane back with what it may have fetched.
    expect(await lane.close('one')).toMatchObject({ events: 3 })
    expect(await redis.llen(laneKeys('acme').lease.replace('lease', 'lane-acme:active'))).toBe(0)
    await lane.open('one', 15_000)
  }
  expect(proxy.cuts()).toBe(3)
  const jobs = await queue.fetch(3, 'one')
  expect(new Set(jobs.map(({ ref }) => ref))).toEqual(new Set(['m-1', 'm-2', 'm-3']))
  expect(jobs.map(({ stalls }) => stalls)).toEqual([0, 0, 0])
  await queue.close()
  redis.disconnect()
})
