import { Queue, Worker } from 'bullmq'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { Priority } from '../domain/change.ts'
import { addJobs, toBullJob } from './add-jobs.ts'

const { redis } = await withRedis()
const open = (name: string) => new Queue(name, { connection: redis, prefix: 'fr:{acme}', skipVersionCheck: true })
const ours = open('ours')
const theirs = open('theirs')
afterAll(() => Promise.all([ours.close(), theirs.close()]))
beforeEach(async () => {
  await redis.flushall()
  await Promise.all([ours, theirs].map((queue) => queue.setGlobalConcurrency(100)))
})

const job = (ref: string, priority: Priority) => ({ roster: 'gold "1"', ref, priority })
const JOBS = [
  job('m-a', 'interactive'),
  job('m-b', 'bulk'),
  job('m-c', 'now'),
  job('m-d', 'interactive'),
  job('m-e', 'bulk'),
  job('m-f', 'now'),
  job('m-g', 'bulk'),
  job('m-h', 'interactive'),
  job('m-i', 'now'),
]
const add = (jobs: typeof JOBS) => addJobs(redis, (type) => ours.toKey(type), jobs, Date.now())

/** All that is kept of a queue, but for when its jobs were made. */
async function keptOf(queue: Queue) {
  const hashes = await Promise.all(
    JOBS.map(async ({ ref }) => {
      const { timestamp, opts = '{}', ...others } = await redis.hgetall(queue.toKey(ref))
      return {
        ...others,
        opts: JSON.parse(opts) as unknown,
        wasMadeNow: Math.abs(Number(timestamp) - Date.now()) < 60_000,
      }
    }),
  )
  return {
    hashes,
    wait: await redis.lrange(queue.toKey('wait'), 0, -1),
    prioritized: await redis.zrange(queue.toKey('prioritized'), '0', '-1', 'WITHSCORES'),
    marker: await redis.zrange(queue.toKey('marker'), '0', '-1', 'WITHSCORES'),
  }
}

it('makes the very jobs that BullMQ makes, in its order, whatever came before', async () => {
  for (const jobs of [JOBS.slice(0, 4), JOBS]) {
    await add(jobs)
    await theirs.addBulk(jobs.map(toBullJob))
    expect(await keptOf(ours)).toEqual(await keptOf(theirs))
  }
})

const fetchOne = (worker: Worker) => worker.getNextJob('token', { block: false })

it('gives them to a worker in the order in which BullMQ would', async () => {
  await add(JOBS)
  await theirs.addBulk(JOBS.map(toBullJob))
  const [first, second] = await Promise.all(
    [ours, theirs].map(async ({ name }) => {
      const worker = new Worker(name, null, { connection: redis, prefix: 'fr:{acme}', autorun: false })
      const fetched: unknown[] = []
      for (let next = await fetchOne(worker); next; next = await fetchOne(worker))
        fetched.push([next.id, next.name, next.data, next.priority, next.opts])
      await worker.close(true)
      return fetched
    }),
  )
  expect(first).toHaveLength(JOBS.length)
  expect(first).toEqual(second)
})

it('leaves who has a job as he is, also where he is named twice', async () => {
  const [first] = JOBS
  if (!first) throw new Error('There is no job.')
  await add([first, first])
  await redis.hset(ours.toKey('m-a'), 'atm', 2)
  await add([{ ...first, priority: 'now' }])
  expect(await redis.lrange(ours.toKey('wait'), 0, -1)).toEqual(['m-a'])
  expect(await redis.hgetall(ours.toKey('m-a'))).toMatchObject({ atm: '2', data: expect.stringContaining('gold') })
})

it('takes a few commands for many jobs', async () => {
  await add(JOBS)
  await redis.config('RESETSTAT')
  await add(Array.from({ length: 200 }, (_, at) => job(`m-${at}`, 'interactive')))
  const stats = await redis.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_(?!config|info)[^:]+:calls=(\d+)/gm)].map(([, count]) => Number(count))
  // A look and a hash for each.
  expect(calls.reduce((sum, count) => sum + count, 0)).toBeLessThan(2 * 200 + 20)
})
