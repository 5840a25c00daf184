import { expect, it } from 'vitest'
import { makeRoster } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { NOTHING_OBSERVED, type Observed } from '../../domain/member.ts'
import { laneKeys } from '../keys.ts'
import { createStore } from '../store.ts'
import { createLaneStore } from './lane-store.ts'

const { redis } = await withRedis()
const store = createStore(redis)
const gold = makeRoster({ id: 'gold', createdAt: 1_000 })
const lane = () => createLaneStore(redis, 'acme')
const ANN = 'Ann@example.com'

const writing = (kind: 'create' | 'remove' | 'remove_app', roster = gold) => {
  const observed: Observed = {
    ...NOTHING_OBSERVED,
    writing: { kind, email: ANN, at: 5_000, reads: 0, answer: 'lost' },
  }
  return { roster, member: 'ann', observed }
}
const noted = () => redis.hkeys(laneKeys('acme').roster('gold').observed)
const removals = (roster: string | null) => lane().removals('1234', [{ address: 'ann@example.com', roster }])

it('is noted before it goes out, by whoever has the lease, and by nobody else', async () => {
  await store.enterRoster(gold)
  await lane().open('mine', 15_000)
  expect(await lane().markWriting('another', 5_000, [writing('create')])).toBe(false)
  expect([await noted(), await redis.exists(laneKeys('acme').wroteAt)]).toEqual([[], 0])
  expect(await lane().markWriting('mine', 5_000, [writing('create')])).toBe(true)
  expect([await noted(), await redis.hgetall(laneKeys('acme').wroteAt)]).toEqual([['ann'], { gold: '5000' }])
})

it('is of the roster that the turn began with, and of nothing else', async () => {
  await store.enterRoster({ ...gold, createdAt: 2_000 })
  await lane().open('mine', 15_000)
  const other = makeRoster({ id: 'silver' })
  expect(await lane().markWriting('mine', 5_000, [writing('remove'), writing('remove', other)])).toBe(true)
  expect([await noted(), await removals('gold')]).toEqual([[], [null]])
  expect(await redis.exists(laneKeys('acme').roster('silver').observed)).toBe(0)
})

it('says for two minutes who was sent out, of a group or of the whole app', async () => {
  await store.enterRoster(gold)
  await lane().open('mine', 15_000)
  const now = Date.now()
  await lane().markWriting('mine', now, [writing('create')])
  expect([await removals('gold'), await removals(null)]).toEqual([[null], [null]])
  await lane().markWriting('mine', now, [writing('remove')])
  expect([await removals('gold'), await removals(null)]).toEqual([[now], [null]])
  await lane().markWriting('mine', now + 60_000, [writing('remove_app')])
  expect([await removals('gold'), await removals(null)]).toEqual([[now], [now + 60_000]])
  await lane().markWriting('mine', now + 120_001, [writing('remove_app')])
  expect([await removals('gold'), await removals(null)]).toEqual([[null], [now + 120_001]])
})
