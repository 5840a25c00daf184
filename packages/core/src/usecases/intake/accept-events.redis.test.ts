import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '../../../testing/fixtures.ts'
import { createActivity, createStore, laneKeys, readActivityAdditions } from '../../store/index.ts'
import { acceptEvents, type IncomingEvent } from './accept-events.ts'

const { redis } = await withRedis()

it('records a batch for a thousand lanes a hundred at a time, so that none of them waits for all others', async () => {
  const store = createStore(redis)
  const lanes = Array.from({ length: 1_000 }, (_, at) => `lane-${at}`)
  await Promise.all(lanes.map((lane) => redis.sadd(laneKeys(lane).rosters, `of-${lane}`)))
  const places = new Map(lanes.map((lane) => [`of-${lane}`, lane]))
  const directory = { kept: async () => places, newest: async () => places }
  let underWay = 0
  let most = 0
  const recordChanges: typeof store.recordChanges = async (options) => {
    most = Math.max(most, ++underWay)
    const result = await store.recordChanges(options)
    underWay--
    return result
  }
  const deps = {
    store: { ...store, directory, recordChanges },
    clock: { now: Date.now, monotonic: () => performance.now() },
    dedupDays: 7,
  }
  const outcomes = await acceptEvents(deps, lanes.map(joinOf))
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['accepted']))
  expect(most).toBe(100)
  const counts = await Promise.all(lanes.map((lane) => redis.hlen(laneKeys(lane).roster(`of-${lane}`).desired)))
  expect(new Set(counts)).toEqual(new Set([1]))
  // What is written a little later would be read by the next test.
  await store.flush()
})

it('tells the activity in the step that records, and of many requests with few commands', async () => {
  const store = createStore(redis)
  await store.rosters.put(makeRoster({ id: 'of-lane', teamKey: 'lane' }))
  await redis.sadd(laneKeys('lane').rosters, 'of-lane')
  const deps = { store, clock: { now: Date.now, monotonic: () => performance.now() }, dedupDays: 7 }
  const ask = (at: number) =>
    acceptEvents({ ...deps, asker: { by: `token:${at}`, requestId: `r-${at}` } }, [
      { ...joinOf('lane'), id: `event-${at}`, member: `m-${at}` },
    ])
  await ask(0)
  await redis.config('RESETSTAT')
  // Nothing is waited for in between: a process that died here has told it all the same.
  await Promise.all(Array.from({ length: 64 }, (_, at) => ask(at + 1)))
  const lines = await createActivity(redis, 'lane', 'of-lane').read({ to: '+', from: 0, count: 100 })
  expect(lines.map(({ member, asker }) => [member, asker?.requestId])).toEqual(
    Array.from({ length: 65 }, (_, at) => [`m-${64 - at}`, `r-${64 - at}`]),
  )
  await store.flush()
  const scripts = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1])
  expect(scripts).toBeLessThan(10)
  const additions = await readActivityAdditions(redis, { to: '+', from: 0, count: 100 })
  expect(additions.length).toBeLessThan(10)
  expect(additions[0]?.last).toBe(lines[0]?.id)
  expect(additions.at(-1)?.first).toBe(lines.at(-1)?.id)
})

it('tells nothing of an event that changed nothing', async () => {
  const store = createStore(redis)
  await store.rosters.put(makeRoster({ id: 'of-lane', teamKey: 'lane' }))
  await redis.sadd(laneKeys('lane').rosters, 'of-lane')
  const deps = { store, clock: { now: Date.now, monotonic: () => performance.now() }, dedupDays: 7 }
  const outcomes = await acceptEvents(deps, [joinOf('lane'), joinOf('lane'), { ...joinOf('lane'), id: 'b', time: 1 }])
  expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'duplicate', 'stale'])
  expect(await createActivity(redis, 'lane', 'of-lane').read({ to: '+', from: 0, count: 100 })).toHaveLength(1)
})

function joinOf(lane: string): IncomingEvent {
  return {
    id: `event-${lane}`,
    source: '/members',
    kind: 'join',
    roster: `of-${lane}`,
    member: 'ann',
    email: `ann@${lane}.example.com`,
    firstName: undefined,
    lastName: undefined,
    time: undefined,
    origin: 'event',
  }
}
