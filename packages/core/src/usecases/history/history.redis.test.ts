import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createSettableClock, makeRoster } from '../../../testing/index.ts'
import type { MemberChange } from '../../domain/change.ts'
import type { Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { readHistory, sampleHistory } from './index.ts'

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)
const clock = createSettableClock()

it('keeps a sample for each change of the counts, of the rosters in which this process changed something', async () => {
  const [roster, other] = [makeRoster(), makeRoster({ id: 'silver' })]
  await store.enterRoster(roster)
  await store.enterRoster(other)
  const { status } = laneKeys(roster.teamKey).roster(roster.id)
  const sample = async () => {
    await sampleHistory({ store, clock })
    clock.advance(60_000)
  }
  const set = async (...words: (string | number)[]) => {
    await redis.zadd(status, ...words)
    store.noteChanged(roster.teamKey, roster.id)
  }
  await set(0, 'u-1')
  await sample()
  // The same counts once more, then none that this process would know of.
  await set(0, 'u-1')
  await sample()
  await redis.zadd(status, 0, 'u-2')
  await sample()
  await set(3, 'u-1')
  await sample()
  const counted = async (of: Roster) =>
    (await readHistory({ store, clock }, of)).map(({ counts }) => [counts.pending, counts.invited])
  expect(await counted(roster)).toEqual([
    [1, 0],
    [1, 1],
    [1, 1],
  ])
  // Only how it is now.
  expect(await counted(other)).toEqual([[0, 0]])
})

it('hears of what is recorded', async () => {
  const roster = makeRoster({ id: 'bronze' })
  await store.enterRoster(roster)
  const change: MemberChange = {
    roster: roster.id,
    member: 'u-1',
    kind: 'join',
    email: null,
    firstName: null,
    lastName: null,
    time: undefined,
    priority: 'interactive',
    digest: undefined,
    timelineEntry: '{}',
  }
  await store.recordChanges({ teamKey: roster.teamKey, changes: [change], dedupMs: 86_400_000 })
  await sampleHistory({ store, clock })
  expect(await readHistory({ store, clock }, roster)).toHaveLength(2)
})
