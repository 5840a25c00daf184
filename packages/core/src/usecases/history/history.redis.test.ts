import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSettableClock, makeRoster, startRedis, type TestRedis } from '../../../testing/index.ts'
import { createLog } from '../../log.ts'
import { createRedis, createStore, laneKeys, type Store } from '../../store/index.ts'
import { readHistory, sampleHistory } from './index.ts'

let server: TestRedis
let store: Store
const clock = createSettableClock()

beforeAll(async () => {
  server = await startRedis()
  store = createStore(createRedis(server.url, { name: 'test', log: createLog({ level: 'silent', name: 'test' }) }))
})
afterAll(async () => {
  store.redis.disconnect()
  await server.close()
})

it('keeps a sample for each change of the counts, once in a while and by one process', async () => {
  const roster = makeRoster()
  await store.enterRoster(roster)
  const { status } = laneKeys(roster.teamKey).roster(roster.id)
  const sample = async () => {
    await store.redis.del('fr:task:history')
    await sampleHistory({ store, clock }, 60_000)
    clock.advance(60_000)
  }
  await store.redis.zadd(status, 0, 'u-1')
  await sample()
  await sample()
  await store.redis.zadd(status, 3, 'u-1', 0, 'u-2')
  await Promise.all([sample(), sampleHistory({ store, clock }, 60_000)])
  const history = await readHistory({ store, clock }, roster)
  expect(history.map(({ counts }) => [counts.pending, counts.invited])).toEqual([
    [1, 0],
    [1, 1],
    [1, 1],
  ])
})
