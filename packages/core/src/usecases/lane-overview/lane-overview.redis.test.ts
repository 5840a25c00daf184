import { Queue } from 'bullmq'
import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock, makeTeamKey } from '../../../testing/index.ts'
import { NO_JOB } from '@flightroster/core/testing'
import { createLaneQueue } from '../../queues/index.ts'
import {
  createBudget,
  createStore,
  createWorkers,
  laneKeys,
  queueName,
  queuePrefix,
  writeLaneStanding,
} from '../../store/index.ts'
import { createLaneList, describeLanes, filterLanes } from './index.ts'
import { createLaneReader } from './lane-status.ts'

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)
const clock = createSettableClock()
const budgetOf = (teamKey: string) => createBudget(redis, teamKey, { windowMs: 3_600_000, defaultLimit: 3_600 }, clock)
const reader = createLaneReader({ store, clock, budgetOf })

it('lists what needs a person first, then the busiest, with what is waiting where', async () => {
  for (const id of ['idle', 'busy', 'busier', 'paused', 'blocked']) await store.teamKeys.put(makeTeamKey({ id }))
  await writeLaneStanding(redis, 'paused', { paused: true })
  const problem = { code: 'key_rejected' as const, detail: 'Rejected.', at: 1 }
  await writeLaneStanding(redis, 'blocked', { blocked: problem, status: 'rejected', problem })
  await redis.zadd(laneKeys('busy').outboxInteractive, clock.now() - 5_000, 'gold\0u-1')
  const queue = createLaneQueue(
    redis,
    { prefix: queuePrefix('busier'), name: queueName('busier') },
    { lockMs: 1_000, maxStalls: 3 },
  )
  await queue.enqueue(
    ['a', 'b', 'c'].map((ref) => ({ roster: 'gold', ref, priority: ref === 'a' ? 'bulk' : 'now', place: NO_JOB })),
  )
  await queue.close()

  const lanes = await createLaneList({ store, clock }).all()
  expect(lanes.map(({ teamKey, state, waiting }) => [teamKey, state, waiting])).toEqual([
    ['blocked', 'blocked', 0],
    ['paused', 'paused', 0],
    ['busier', 'busy', 3],
    ['busy', 'busy', 1],
    ['idle', 'idle', 0],
  ])
  const [unserved] = await describeLanes({ store, clock, lanes: reader }, filterLanes(lanes, { q: 'busier' }))
  expect(unserved).toMatchObject({ isServed: false, estimatedDoneAt: null })
  await createWorkers(redis).beat('w-1', null, clock.now())
  const [, busy] = await describeLanes({ store, clock, lanes: reader }, filterLanes(lanes, { q: 'BUS' }))
  expect(busy).toMatchObject({ teamKey: 'busy', oldestAt: clock.now() - 5_000, estimatedDoneAt: clock.now() + 250 })
  const [busier] = await describeLanes({ store, clock, lanes: reader }, filterLanes(lanes, { q: 'busier' }))
  expect(busier?.oldestAt).toBeGreaterThan(0)
})

it('what sleeps until a time of its own is not the oldest that waits: a person who is tried again all day rings no alarm', async () => {
  await store.teamKeys.put(makeTeamKey({ id: 'sleepy' }))
  const queue = new Queue(queueName('sleepy'), { connection: redis, prefix: queuePrefix('sleepy') })
  await queue.add('converge', { v: 1 }, { jobId: 'tired', delay: 3_600_000, timestamp: Date.now() - 36_000_000 })
  await queue.close()
  expect(await store.lane('sleepy').oldestWaitingAt()).toBeNull()
  await redis.zadd(laneKeys('sleepy').outboxInteractive, 77, 'gold\0u-1')
  expect(await store.lane('sleepy').oldestWaitingAt()).toBe(77)
})

it('tells the quota of a lane as its team key does: calls since the last answer are used, and what left the hour is back', async () => {
  await store.teamKeys.put(makeTeamKey({ id: 'spent' }))
  const budget = budgetOf('spent')
  const reading = { hourLimit: 1_000, hourRemaining: 40, minuteLimit: null, minuteRemaining: null }
  await budget.reserve(1, 0)
  await budget.note(reading, 0)
  await budget.reserve(15, 0)
  const told = async () => {
    const [lane] = await describeLanes(
      { store, clock, lanes: reader },
      filterLanes(await createLaneList({ store, clock }).all(), { q: 'spent' }),
    )
    return lane?.budget
  }
  expect(await told()).toEqual(await reader.budget('spent'))
  expect(await told()).toMatchObject({ limit: 1_000, remaining: 25 })
  clock.advance(3_700_000)
  expect(await told()).toMatchObject({ limit: 1_000, remaining: 1_000 })
})

it('reads five thousand lanes in one step each, and not again within three seconds', async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => makeTeamKey({ id: `lane-${at}` }))
  await Promise.all(many.map((teamKey) => store.teamKeys.put(teamKey)))
  const list = createLaneList({ store, clock })
  await redis.config('RESETSTAT')
  const lanes = await list.all()
  expect(lanes.length).toBeGreaterThanOrEqual(5_000)
  expect(await scriptRuns()).toBe(lanes.length)
  expect(list.all()).toBe(list.all())
  clock.advance(3_001)
  await list.all()
  expect(await scriptRuns()).toBe(2 * lanes.length)
})

it('begins no reading of all lanes beside one that is under way, and reads none anew for ten times as long as one took', async () => {
  const ends: (() => void)[] = []
  const slow = {
    laneIds: async () => [],
    laneOverviews: () => new Promise<[]>((resolve) => ends.push(() => resolve([]))),
  }
  const list = createLaneList({ store: slow, clock })
  const begun = () => expect.poll(() => ends.length)
  const first = list.all()
  await begun().toBe(1)
  clock.advance(6_000)
  expect(list.all()).toBe(first)
  ends[0]?.()
  await first
  clock.advance(59_000)
  expect(list.all()).toBe(first)
  clock.advance(1_001)
  const second = list.all()
  await begun().toBe(2)
  // Something was just changed: what is being read may be from before.
  list.forget()
  const third = list.all()
  await begun().toBe(3)
  expect(third).not.toBe(second)
  for (const end of ends) end()
  await Promise.all([second, third])
  expect(list.all()).toBe(third)
})

async function scriptRuns(): Promise<number> {
  const stats = await redis.info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
}

it('a lane with nothing left of its hour is not said to be done now, though its next visit has still to find out when there is', async () => {
  // A ring is by Redis's clock.
  clock.advance(Date.now() - clock.now())
  await store.teamKeys.put(makeTeamKey({ id: 'emptied' }))
  await createWorkers(redis).beat('w-emptied', null, clock.now())
  const queue = createLaneQueue(
    redis,
    { prefix: queuePrefix('emptied'), name: queueName('emptied') },
    { lockMs: 1_000, maxStalls: 3 },
  )
  await queue.enqueue([{ roster: 'gold', ref: 'a', priority: 'now', place: NO_JOB }])
  await queue.close()
  const told = async () => ({
    wait: await reader.budgetWait('emptied'),
    doneAt: (await reader.status('emptied')).backlogDoneAt,
  })
  await store.ready.ring('emptied')
  expect(await told()).toEqual({ wait: null, doneAt: expect.any(Number) })
  const left = { hourLimit: 3_600, minuteLimit: null, minuteRemaining: null }
  await budgetOf('emptied').note({ ...left, hourRemaining: 0 }, 0)
  expect(await told()).toEqual({ wait: { since: expect.any(Number), until: null }, doneAt: null })
  // Below what lists may use, and an event is served.
  await budgetOf('emptied').note({ ...left, hourRemaining: 500 }, 0)
  expect(await told()).toEqual({ wait: null, doneAt: expect.any(Number) })
})

it('a spent quota gives calls back when the hour does, not when a task of the lane is looked at before', async () => {
  // A ring goes by the clock of the store.
  clock.set(Date.now())
  await store.teamKeys.put(makeTeamKey({ id: 'watched' }))
  const { lane } = laneKeys('watched')
  const reading = { hourLimit: 3_600, hourRemaining: 100, minuteLimit: null, minuteRemaining: null }
  await budgetOf('watched').note(reading, 0)
  const backAt = clock.now() + 3_000_000
  const listsAt = backAt + 600_000
  await redis.hset(lane, 'waits', JSON.stringify({ events: backAt, bulk: listsAt }))
  // A comparison is due before.
  await store.ready.ring('watched', 30_000)
  expect(await reader.budgetWait('watched')).toEqual({ since: expect.any(Number), until: backAt })
  const queue = createLaneQueue(
    redis,
    { prefix: queuePrefix('watched'), name: queueName('watched') },
    { lockMs: 1_000, maxStalls: 3 },
  )
  await queue.enqueue([{ roster: 'gold', ref: 'a', priority: 'now', place: NO_JOB }])
  await queue.close()
  const { backlogDoneAt, estimatedDoneAt } = await reader.status('watched')
  for (const doneAt of [backlogDoneAt, estimatedDoneAt]) expect(doneAt).toBeGreaterThan(backAt)
  const lanes = filterLanes(await createLaneList({ store, clock }).all(), { q: 'watched' })
  expect(await describeLanes({ store, clock, lanes: reader }, lanes)).toMatchObject([{ estimatedDoneAt }])
  // Events are served, and a list waits.
  await redis.hset(lane, 'waits', JSON.stringify({ events: 0, bulk: listsAt }))
  expect(await reader.budgetWait('watched')).toEqual({ since: expect.any(Number), until: listsAt })
  await store.ready.ring('watched')
  clock.set(Date.now())
  expect(await reader.budgetWait('watched')).toBeNull()
})
