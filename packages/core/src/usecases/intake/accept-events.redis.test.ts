import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createStore, laneKeys } from '../../store/index.ts'
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
