import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createReadings, type Reading } from './readings.ts'

const { redis } = await withRedis()
const reading: Reading = {
  v: 1,
  owner: 'reconcile:gold',
  startedAt: 1,
  at: 1,
  pass: 1,
  next: null,
  read: 0,
  idle: 0,
  total: null,
  ended: false,
  broken: false,
  restarts: 0,
  doubts: 0,
}

it('a reading goes on where it was, and a worker that was cut off adds nothing to it', async () => {
  const readings = createReadings(redis, 'acme', 'gold')
  const lease = laneKeys('acme').lease
  await redis.set(lease, 'first')
  expect(await readings.begin('first', reading)).toBe(true)
  const rows = [{ id: 't-1', email: 'ann@example.com', state: 'invited' as const }]
  expect(await readings.keepPage('first', { ...reading, read: 1, next: '/page-2' }, rows)).toBe(true)
  await redis.set(lease, 'second')
  expect(await readings.keepPage('first', { ...reading, read: 2 }, [{ ...rows[0]!, id: 't-2' }])).toBe(false)
  expect(await readings.find()).toMatchObject({ read: 1, next: '/page-2' })
  expect(await readings.rows(1)).toMatchObject(rows)
  expect(await readings.known(1, ['t-1', 't-2'])).toEqual(new Set(['t-1']))
  await readings.end()
  expect([await readings.find(), await readings.rows(1)]).toEqual([undefined, []])
})
