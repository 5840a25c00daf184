import { createRedisBackend, Queue, Worker } from 'bullmq'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { addJobs, type NewJob } from './add-jobs.ts'
import { createLaneQueue, type LaneJob } from './lane-queue.ts'

const { redis } = await withRedis()
const PREFIX = 'fr:{acme}'
const TOKEN = 'token'
const names = ['ours', 'theirs'] as const
const queues = new Map(
  names.map((name) => [name, new Queue(name, { connection: redis, prefix: PREFIX, skipVersionCheck: true })]),
)
const ours = createLaneQueue(redis, { prefix: PREFIX, name: 'ours' }, { lockMs: 15_000, maxStalls: 3 })
const theirs = new Worker(
  'theirs',
  null,
  { connection: redis, prefix: PREFIX, autorun: false },
  (name, options, extra) => createRedisBackend(name, options, { ...extra, withBlockingConnection: false }),
)
afterAll(() => Promise.all([ours.close(), theirs.close(true), ...[...queues.values()].map((queue) => queue.close())]))
beforeEach(() => redis.flushall())

const job = (ref: string, priority: NewJob['priority']): NewJob => ({ roster: 'gold', ref, priority })
const JOBS = [
  job('m-a', 'interactive'),
  job('m-b', 'bulk'),
  job('m-c', 'now'),
  job('m-d', 'interactive'),
  job('m-e', 'bulk'),
  job('m-f', 'interactive'),
  job('m-g', 'interactive'),
  job('m-h', 'interactive'),
]
const keyOf = (name: (typeof names)[number], type: string) => `${PREFIX}:${name}:${type}`

async function fill(jobs = JOBS): Promise<void> {
  for (const name of names) await addJobs(redis, (type) => keyOf(name, type), jobs, Date.now())
}

/** All that is kept of a queue, but for when it happened. */
async function keptOf(name: (typeof names)[number]) {
  const hashes = await Promise.all(
    JOBS.map(async ({ ref }) => {
      const { timestamp: _, processedOn, finishedOn, ...others } = await redis.hgetall(keyOf(name, ref))
      const lock = await redis.get(keyOf(name, `${ref}:lock`))
      return { ...others, lock, begun: processedOn !== undefined, ended: finishedOn !== undefined }
    }),
  )
  const lists = await Promise.all(['wait', 'active'].map((type) => redis.lrange(keyOf(name, type), 0, -1)))
  const sets = await Promise.all(
    ['prioritized', 'delayed', 'completed', 'failed'].map((type) => redis.zrange(keyOf(name, type), '0', '-1')),
  )
  return { hashes, lists, sets: sets.map((set) => set.toSorted()) }
}

async function fetchTheirs(count: number) {
  const fetched = await Promise.all(Array.from({ length: count }, () => theirs.getNextJob(TOKEN, { block: false })))
  return fetched.filter((one) => one !== undefined)
}

it.each([1, 3, 6, 7, 8, 20])('fetches %i jobs as BullMQ does one after the other', async (count) => {
  await fill()
  const mine = await ours.fetch(count, TOKEN)
  const bulls = await fetchTheirs(count)
  expect(mine.map(({ id, isBulk, attemptsMade, stalls }) => [id, isBulk, attemptsMade, stalls])).toEqual(
    bulls.map(({ id, priority, attemptsMade, stalledCounter }) => [id, priority > 0, attemptsMade, stalledCounter]),
  )
  expect(mine).toHaveLength(Math.min(count, JOBS.length))
  expect(await keptOf('ours')).toEqual(await keptOf('theirs'))
})

it('ends jobs as BullMQ does, together or one by one, and keeps the last five', async () => {
  await fill()
  const mine = await ours.fetch(8, TOKEN)
  const bulls = await fetchTheirs(8)
  const end = async (from: number, to: number) => {
    await Promise.all(mine.slice(from, to).map((one) => one.complete()))
    for (const one of bulls.slice(from, to)) await one.moveToCompleted('converged', TOKEN, false)
  }
  await end(0, 3)
  expect(await keptOf('ours')).toEqual(await keptOf('theirs'))
  await end(3, 8)
  const [kept, others] = [await keptOf('ours'), await keptOf('theirs')]
  expect(kept.lists).toEqual([[], []])
  expect(kept.lists).toEqual(others.lists)
  // Which of those that ended in one millisecond are the last ones is chance.
  expect(kept.sets.map((set) => set.length)).toEqual([0, 0, 5, 0])
  expect(others.sets.map((set) => set.length)).toEqual([0, 0, 5, 0])
  expect(await redis.keys(keyOf('ours', 'm-*'))).toHaveLength(5)
})

it('wakes what slept until now, and fetches it behind what waits', async () => {
  await fill(JOBS.slice(0, 2))
  const mine = await ours.fetch(2, TOKEN)
  const bulls = await fetchTheirs(2)
  for (const one of mine) await one.later(Date.now() - 60_000)
  for (const one of bulls) await one.moveToDelayed(Date.now() - 60_000, TOKEN)
  for (const name of names) await addJobs(redis, (type) => keyOf(name, type), JOBS.slice(2, 4), Date.now())
  expect((await ours.fetch(10, TOKEN)).map(({ id }) => id)).toEqual(['m-c', 'm-d', 'm-a', 'm-b'])
  expect(await fetchTheirs(10)).toHaveLength(4)
  expect(await keptOf('ours')).toEqual(await keptOf('theirs'))
})

it('fails, retries, gives back and lets sleep as BullMQ does', async () => {
  await fill(JOBS.slice(0, 4))
  const mine = await ours.fetch(4, TOKEN)
  const bulls = await fetchTheirs(4)
  const [first, second, third, fourth] = mine
  await first?.giveBack()
  await second?.later(Date.now() + 60_000)
  await third?.retry(new Error('Apple said no.'))
  await fourth?.fail(new Error('Never again.'))
  await bulls[0]?.moveToWait(TOKEN)
  await bulls[1]?.moveToDelayed(Date.now() + 60_000, TOKEN)
  const [kept, others] = [await keptOf('ours'), await keptOf('theirs')]
  const still = mine.slice(0, 2).map(({ id }) => JOBS.findIndex(({ ref }) => ref === id))
  for (const at of still) expect({ ...kept.hashes[at], delay: null }).toEqual({ ...others.hashes[at], delay: null })
  expect(
    kept.hashes.find(({ failedReason }: Record<string, unknown>) => failedReason === 'Never again.'),
  ).toMatchObject({
    atm: '1',
    lock: null,
    ended: true,
  })
  expect(await ours.counts()).toEqual({ waiting: 1, prioritized: 0, delayed: 2, active: 0, failed: 1 })
})

it('says so where a job is not its own any more', async () => {
  await fill(JOBS.slice(0, 3))
  const [first, second, third] = await ours.fetch(3, TOKEN)
  await redis.set(keyOf('ours', `${first?.id}:lock`), 'another')
  await redis.del(keyOf('ours', `${second?.id}`))
  const ends = await Promise.allSettled([first, second, third].map(async (one) => one?.complete()))
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

/** Jobs in this order, which so many workers died with. */
async function fillWith(deaths: number[], priority: NewJob['priority'] = 'interactive'): Promise<void> {
  const jobs = deaths.map((_, at) => job(`d-${String(at).padStart(3, '0')}`, priority))
  await addJobs(redis, (type) => keyOf('ours', type), jobs, Date.now())
  await Promise.all(jobs.map(({ ref }, at) => redis.hset(keyOf('ours', ref), 'stc', deaths[at] ?? 0)))
}
const deathsOf = (jobs: LaneJob[]) => jobs.map(({ stalls }) => stalls)
const times = (count: number, deaths: number) => Array.from({ length: count }, () => deaths)

it.each([
  { deaths: times(150, 0), fetched: times(100, 0) },
  { deaths: times(50, 1), fetched: times(10, 1) },
  { deaths: times(50, 2), fetched: [2] },
  { deaths: [0, 0, 1, 0, 2], fetched: [0, 0] },
  { deaths: [1, 0, 2, 1], fetched: [1] },
  { deaths: [], fetched: [] },
])(
  'fetches who met deaths apart: as many together as $fetched.length of $deaths.length',
  async ({ deaths, fetched }) => {
    for (const priority of ['interactive', 'bulk'] as const) {
      await redis.flushall()
      await fillWith(deaths, priority)
      expect(deathsOf(await ours.fetch(100, TOKEN))).toEqual(fetched)
      const { waiting, prioritized, active } = await ours.counts()
      expect([waiting + prioritized, active]).toEqual([deaths.length - fetched.length, fetched.length])
    }
  },
)

it('leaves bulk work alone while somebody waits who met a death', async () => {
  await fillWith([0, 0, 1])
  await addJobs(redis, (type) => keyOf('ours', type), [job('m-b', 'bulk')], Date.now())
  expect(deathsOf(await ours.fetch(100, TOKEN))).toEqual([0, 0])
  expect(deathsOf(await ours.fetch(100, TOKEN))).toEqual([1])
  expect((await ours.fetch(100, TOKEN)).map(({ id }) => id)).toEqual(['m-b'])
})

it('passes over an id whose job is gone', async () => {
  await fill(JOBS.slice(0, 2))
  await redis.del(keyOf('ours', 'm-a'))
  expect((await ours.fetch(5, TOKEN)).map(({ id }) => id)).toEqual(['m-b'])
  expect(await ours.counts()).toMatchObject({ waiting: 0, prioritized: 0, active: 1 })
})

it.each([
  { store: 'knows the script', asked: 1 },
  { store: 'has lost the script', asked: 2 },
])('answers what is asked behind it as of after it where the store $store', async ({ store, asked }) => {
  await ours.fetch(1, 'before')
  await redis.flushall()
  await fill(JOBS.slice(0, 1))
  if (store === 'has lost the script') await redis.script('FLUSH')
  const active: Promise<number>[] = []
  const jobs = await ours.fetch(1, TOKEN, () => void active.push(redis.llen(keyOf('ours', 'active'))))
  expect(jobs).toHaveLength(1)
  expect(active).toHaveLength(asked)
  expect(await active.at(-1)).toBe(1)
})

it('takes a few commands for many jobs', async () => {
  await fillWith(times(100, 0))
  await redis.config('RESETSTAT')
  const jobs = await ours.fetch(100, TOKEN)
  await Promise.all(jobs.map((one) => one.complete()))
  const stats = await redis.info('commandstats')
  const calls = [...stats.matchAll(/^cmdstat_(evalsha|eval):calls=(\d+)/gm)].map(([, , count]) => Number(count))
  expect(calls.reduce((sum, count) => sum + count, 0)).toBeLessThan(8)
})
