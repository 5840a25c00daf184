import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock, makeTeamKey } from '../../../testing/index.ts'
import { NO_JOB } from '../../domain/change.ts'
import { createLaneQueue } from '../../queues/index.ts'
import { createStore, createWorkers, laneKeys, queueName, queuePrefix, writeLaneStanding } from '../../store/index.ts'
import { createLaneList, describeLanes, filterLanes } from './index.ts'

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)
const clock = createSettableClock()

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
  const [unserved] = await describeLanes({ store, clock }, filterLanes(lanes, { q: 'busier' }))
  expect(unserved).toMatchObject({ isServed: false, estimatedDoneAt: null })
  await createWorkers(redis).beat('w-1', null, clock.now())
  const [, busy] = await describeLanes({ store, clock }, filterLanes(lanes, { q: 'BUS' }))
  expect(busy).toMatchObject({ teamKey: 'busy', oldestAt: clock.now() - 5_000, estimatedDoneAt: clock.now() + 250 })
  const [busier] = await describeLanes({ store, clock }, filterLanes(lanes, { q: 'busier' }))
  expect(busier?.oldestAt).toBeGreaterThan(0)
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

async function scriptRuns(): Promise<number> {
  const stats = await redis.info('commandstats')
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1])
}
