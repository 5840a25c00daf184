import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { createUsageReadings, type UsageReadingState } from './usage-readings.ts'

const { redis } = await withRedis()
const state: UsageReadingState = {
  v: 1,
  days: 30,
  startedAt: 1,
  next: '/page-2',
  pages: 1,
  received: 2,
  total: null,
  until: null,
  failures: 0,
}

it('a reading of usage goes on at its page with the rows before it, and one without the lease keeps nothing', async () => {
  const readings = createUsageReadings(redis, 'acme', 'gold')
  const { lease } = laneKeys('acme')
  await redis.set(lease, 'first')
  await readings.begin('first')
  expect([await readings.find(), (await readings.rows()).size]).toEqual([undefined, 0])
  const ann = { sessions: 3, crashes: 1, feedback: 0 }
  await readings.keep(
    'first',
    state,
    new Map([
      ['t-1', ann],
      ['t-2', null],
    ]),
  )
  expect(await readings.find()).toEqual(state)
  expect([...(await readings.rows())]).toEqual([
    ['t-1', ann],
    ['t-2', null],
  ])
  await redis.set(lease, 'second')
  await expect(readings.keep('first', { ...state, pages: 2 }, new Map([['t-3', null]]))).rejects.toMatchObject({
    code: 'lease_lost',
  })
  await expect(readings.end('first')).rejects.toMatchObject({ code: 'lease_lost' })
  expect([await readings.find(), (await readings.rows()).size]).toEqual([state, 2])
  await readings.end('second')
  expect([await readings.find(), (await readings.rows()).size]).toEqual([undefined, 0])
})
