import { beforeEach, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { Delivery } from '../../domain/delivery.ts'
import { createDeliveries } from './deliveries.ts'
import { createDeliveryLine } from './delivery-line.ts'
import { webhookKeys } from '../keys.ts'

const NOW = 1_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const { redis } = await withRedis()
const deliveries = createDeliveries(redis, 'crm')
const line = createDeliveryLine(redis)

function delivery(id: string, subject = 'ann'): Delivery {
  const fact = { type: 'webhook.test', webhook: 'crm', at: NOW } as Delivery['fact']
  const never = { attempts: [], tries: 0, firstTryAt: null }
  return { v: 1, id, fact, subject, status: 'pending', ...never, createdAt: NOW }
}

const claim = async (now = NOW) => (await line.claim('crm', { now, max: 10 })).claims
const ids = (claims: { delivery: Delivery }[]) => claims.map((one) => one.delivery.id)

beforeEach(async () => {
  await deliveries.add([delivery('d-1'), delivery('d-2'), delivery('d-3', 'lee')], NOW, 1)
})

it('a delivery is added once, and of each subject the first one is claimed', async () => {
  expect(await deliveries.add([delivery('d-1')], NOW, 1)).toBe(0)
  expect(ids(await claim())).toEqual(['d-1', 'd-3'])
  expect(await claim()).toEqual([])
  expect((await deliveries.list({ limit: 10, after: undefined })).items).toHaveLength(3)
})

it('nothing is added where as many wait as may', async () => {
  expect(await deliveries.add([delivery('d-4')], NOW, 1, 3)).toBe('full')
  expect(await deliveries.find('d-4')).toBeUndefined()
  expect(await deliveries.add([delivery('d-4')], NOW, 1, 4)).toBe(1)
  const [first] = await claim()
  if (!first) throw new Error('One is due.')
  await line.settle(first, { ...first.delivery, status: 'delivered' }, { kind: 'delivered' }, NOW)
  expect(await deliveries.add([delivery('d-5')], NOW, 1, 4)).toBe(1)
})

it('the next of a subject comes once the first was delivered, and whoever lost its claim settles nothing', async () => {
  const [first] = await claim()
  if (!first) throw new Error('One is due.')
  const done: Delivery = { ...first.delivery, status: 'delivered' }
  expect(await line.settle({ ...first, until: 1 }, done, { kind: 'delivered' }, NOW)).toMatchObject({ held: false })
  expect(await line.settle(first, done, { kind: 'delivered' }, NOW)).toMatchObject({ held: true })
  expect(ids(await claim())).toEqual(['d-2'])
  expect(await deliveries.forgetAbout('ann')).toEqual({ forgotten: 1, left: 1 })
})

it('a delivery that ended is sent once more by hand, and one that is gone is not', async () => {
  const [first] = await claim()
  if (!first) throw new Error('One is due.')
  await line.settle(first, { ...first.delivery, status: 'failed', tries: 9 }, { kind: 'failed' }, NOW)
  expect(await deliveries.replay('d-1', NOW)).toBe(true)
  expect((await deliveries.find('d-1'))?.delivery).toMatchObject({ status: 'pending', tries: 0 })
  expect(await deliveries.replay('gone', NOW)).toBe(false)
})

it('what would come later than soon is brought forward when the endpoint answers again', async () => {
  const [first] = await claim()
  if (!first) throw new Error('One is due.')
  await line.settle(first, first.delivery, { kind: 'again', at: NOW + HOUR }, NOW)
  expect((await deliveries.find('d-1'))?.nextAttemptAt).toBe(NOW + HOUR)
  await deliveries.bringForward(NOW)
  expect((await deliveries.find('d-1'))?.nextAttemptAt).toBe(NOW)
})

it('an endpoint where nothing succeeded for five days is disabled, and enabling it has all that is pending due', async () => {
  const [first] = await claim()
  if (!first) throw new Error('One is due.')
  await line.settle(first, first.delivery, { kind: 'again', at: NOW + HOUR }, NOW)
  expect(await line.disableDead('crm', NOW + DAY)).toBe(false)
  expect(await line.disableDead('crm', NOW + 6 * DAY)).toBe(true)
  expect([(await deliveries.health()).disabledAt, await claim(NOW + 6 * DAY)]).toEqual([NOW + 6 * DAY, []])
  await deliveries.enable(NOW + 6 * DAY)
  expect((await deliveries.health()).disabledAt).toBeNull()
  expect(ids(await claim(NOW + 6 * DAY))).toContain('d-1')
})

it('a webhook that was noted while somebody looked at it stays due', async () => {
  await line.note('crm', NOW)
  const [seen] = await line.due(NOW, 10)
  if (!seen) throw new Error('It was noted.')
  await line.note('crm', NOW + 1)
  await line.settleDue(seen, null)
  expect(await line.due(NOW + 1, 10)).toMatchObject([{ id: 'crm' }])
  const [again] = await line.due(NOW + 1, 10)
  await line.settleDue(again!, null)
  expect(await line.due(NOW + 1, 10)).toEqual([])
})

it('what is there of a former webhook is no part of one that was made later under its id, and the former adds and takes nothing', async () => {
  const [former] = await claim()
  if (!former) expect.fail('nothing was claimed')
  expect(await deliveries.add([delivery('d-9')], NOW, 2)).toBe(1)
  expect(await deliveries.add([delivery('d-8')], NOW, 1)).toBe(null)
  await deliveries.destroy(1)
  await deliveries.begin(2)
  expect(await line.settle(former, former.delivery, { kind: 'delivered' }, NOW)).toMatchObject({ held: false })
  expect((await claim()).map(({ delivery: { id }, born }) => [id, born])).toEqual([['d-9', 2]])
  await deliveries.begin(3)
  expect(await deliveries.list({ limit: 9, after: undefined })).toEqual({ items: [], next: null })
  await deliveries.destroy(3)
  expect(await redis.keys('*wh:crm*')).toEqual([])
})

it('of a storm of deliveries that ended the newest thousand are kept, and of the others the ids, so that none is made again', async () => {
  const all = Array.from({ length: 1_200 }, (_, at) => delivery(`s-${at}`, `person-${at}`))
  await deliveries.destroy(1)
  await deliveries.add(all, NOW, 2)
  for (let at = 0; at < all.length;) {
    const { claims } = await line.claim('crm', { now: NOW + at, max: 100 })
    for (const one of claims) {
      const done: Delivery = { ...one.delivery, status: 'delivered' }
      await line.settle(one, done, { kind: 'delivered' }, NOW + at++)
    }
  }
  const keys = webhookKeys('crm')
  expect([await redis.hlen(keys.deliveries), await redis.zcard(keys.log)]).toEqual([1_000, 1_000])
  const { items } = await deliveries.list({ limit: 2_000, after: undefined })
  expect(items).toHaveLength(1_000)
  expect(await deliveries.add(all, NOW + 5_000, 2)).toBe(0)
  expect(await claim(NOW + 5_000)).toEqual([])
})
