import { afterAll, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NO_JOB } from '@flightroster/core/testing'
import { createLaneQueue } from '../../queues/index.ts'
import { laneKeys, queueName, queuePrefix } from '../keys.ts'
import { createLaneStore } from './lane-store.ts'
import { createReadyIndex } from './ready.ts'

const { redis } = await withRedis()
const queue = createLaneQueue(
  redis,
  { prefix: queuePrefix('acme'), name: queueName('acme') },
  { lockMs: 15_000, maxStalls: 3 },
)
afterAll(() => queue.close())

const lane = () => createLaneStore(redis, 'acme')
const add = (ref: string, priority: 'interactive' | 'bulk' = 'interactive') =>
  queue.enqueue([{ roster: 'gold', ref, priority, place: NO_JOB }])
const refs = (jobs: { ref: string }[]) => jobs.map(({ ref }) => ref)

it('gives the jobs of a worker that died to the next at once, first those fetched first, and counts the death', async () => {
  for (const ref of ['m-1', 'm-2', 'm-3']) await add(ref)
  await lane().open('dead', 15_000)
  await queue.fetch(2, 'dead')
  // Its lease runs out, the locks of its jobs have not.
  await redis.del(laneKeys('acme').lease)
  expect(await lane().open('next', 15_000)).toMatchObject({ kind: 'opened', recovered: 2 })
  const jobs = await queue.fetch(3, 'next')
  expect(refs(jobs)).toEqual(['m-1', 'm-2'])
  expect(jobs.map(({ stalls }) => stalls)).toEqual([1, 1])
  // Whose worker did not die is fetched apart from them.
  expect((await queue.fetch(3, 'next')).map(({ ref, stalls }) => [ref, stalls])).toEqual([['m-3', 0]])
})

it('leaves the jobs of a living worker to it', async () => {
  await add('m-1')
  await lane().open('first', 15_000)
  const [job] = await queue.fetch(1, 'first')
  expect(await lane().open('second', 15_000)).toMatchObject({ kind: 'busy' })
  await job?.complete()
  expect(await queue.counts()).toMatchObject({ active: 0, waiting: 0 })
})

it('gives back with the lane what is in nobody’s hand, without counting a death, and says what waits', async () => {
  await add('m-1')
  await add('m-2', 'bulk')
  await lane().open('first', 15_000)
  await queue.fetch(2, 'first')
  expect(await lane().close('stranger')).toBeNull()
  expect(await lane().close('first')).toEqual({
    recorded: 0,
    events: 1,
    bulk: 1,
    delayedAt: null,
    scheduledAt: expect.any(Number),
  })
  await lane().open('second', 15_000)
  const jobs = await queue.fetch(2, 'second')
  expect(refs(jobs)).toEqual(['m-1', 'm-2'])
  expect(jobs.map(({ stalls }) => stalls)).toEqual([0, 0])
})

it('recovers the jobs of a lane that was paused meanwhile, too', async () => {
  await add('m-1')
  await lane().open('dead', 15_000)
  await queue.fetch(1, 'dead')
  await redis.del(laneKeys('acme').lease)
  await redis.hset(laneKeys('acme').lane, 'paused', '1')
  expect(await lane().open('next', 15_000)).toEqual({ kind: 'paused' })
  expect(await redis.exists(laneKeys('acme').lease)).toBe(0)
  expect(await queue.counts()).toMatchObject({ active: 0, waiting: 1 })
})

it('takes no job from whoever has lost the lease', async () => {
  await add('m-1')
  await lane().open('slow', 15_000)
  const [job] = await queue.fetch(1, 'slow')
  await redis.del(laneKeys('acme').lease)
  await lane().open('next', 15_000)
  await queue.fetch(1, 'next')
  await expect(job?.complete()).rejects.toThrow(/lock/i)
})

it('is claimed in the step that opens it, where it is due, and else left alone', async () => {
  const ready = createReadyIndex(redis)
  const claiming = () => ({ claim: { lane: 'acme', until: 0 }, claimMs: 20_000 })
  const early = claiming()
  expect(await lane().open('early', 15_000, early)).toEqual({ kind: 'unclaimed' })
  expect([early.claim.until, await redis.exists(laneKeys('acme').lease)]).toEqual([0, 0])
  await ready.ring('acme')
  const first = claiming()
  expect(await lane().open('first', 15_000, first)).toMatchObject({ kind: 'opened' })
  expect(await ready.dueAt(['acme'])).toEqual([first.claim.until])
  // A ring during the visit brings nobody else, and is answered at its end.
  await ready.ring('acme')
  expect(await lane().open('second', 15_000, claiming())).toEqual({ kind: 'unclaimed' })
  await lane().close('first')
  await ready.settle(first.claim, { inMs: null, holdMs: 0 })
  const again = claiming()
  await lane().open('another', 15_000)
  expect(await lane().open('again', 15_000, again)).toMatchObject({ kind: 'busy' })
  expect(await ready.dueAt(['acme'])).toEqual([again.claim.until])
})

it('is renewed by whoever has it, and by nobody else', async () => {
  await lane().open('mine', 5_000)
  expect(await lane().renew('another', 60_000)).toBe(false)
  expect(await redis.pttl(laneKeys('acme').lease)).toBeLessThanOrEqual(5_000)
  expect(await lane().renew('mine', 60_000)).toBe(true)
  expect(await redis.pttl(laneKeys('acme').lease)).toBeGreaterThan(5_000)
})

it('is promised to whoever asked for it meanwhile: the next visit waits until that one has had it', async () => {
  await lane().open('visit', 15_000)
  expect(await lane().hold('mover', 15_000, 5_000)).toBe(false)
  await lane().close('visit')
  expect(await lane().open('next', 15_000)).toMatchObject({ kind: 'busy', leftMs: expect.any(Number) })
  expect(await lane().hold('mover', 15_000, 5_000)).toBe(true)
  await lane().close('mover')
  expect(await lane().open('next', 15_000)).toMatchObject({ kind: 'opened' })
})

it('tells what is recorded and has no job, unless it is much, or another process makes jobs of it just now', async () => {
  const told = async () => {
    const opened = await lane().open('visit', 15_000)
    return opened.kind === 'opened' && (opened.recorded?.map(({ member }) => member) ?? null)
  }
  await lane().recordAgain([{ roster: 'gold', member: 'ann' }], 'bulk')
  await lane().recordAgain([{ roster: 'gold', member: 'bob' }])
  expect(await told()).toEqual(['bob', 'ann'])
  await lane().takeOutbox('another', 10)
  expect(await told()).toBeNull()
  await lane().dropFromOutbox('another', [])
  await lane().recordAgain(Array.from({ length: 49 }, (_, at) => ({ roster: 'gold', member: `m${at}` })))
  expect(await told()).toBeNull()
})
