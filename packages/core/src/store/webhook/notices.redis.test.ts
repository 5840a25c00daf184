import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeDelivery } from '../../usecases/deliveries/make-delivery.ts'
import type { Notice } from '../../domain/notice.ts'
import { createDeliveries } from './deliveries.ts'
import { createDeliveryLine } from './delivery-line.ts'
import { createNoticeMemory, createNotices } from './notices.ts'

const { redis } = await withRedis()
const notice: Notice = {
  v: 1,
  id: 'n-1',
  kind: 'email',
  sealedTarget: 'sealed',
  masked: 'a…@example.com',
  types: ['roster.blocked'],
  rosters: null,
  createdAt: 1,
  updatedAt: 1,
}

it('a notice is kept as it was made, for all rosters or for some', async () => {
  const notices = createNotices(redis)
  await notices.put(notice)
  await notices.put({ ...notice, id: 'n-2', rosters: ['gold'] })
  expect([await notices.find('n-1'), (await notices.find('n-2'))?.rosters]).toEqual([notice, ['gold']])
  await notices.delete('n-1')
  expect(await notices.find('n-1')).toBeUndefined()
})

it('what a notice told is told once: of each thing the last state, and which deliveries need no message more', async () => {
  const memory = createNoticeMemory(redis, 'n-1')
  expect([await memory.state(), await memory.quietFrom()]).toEqual([{ lastSentAt: null, lastError: null }, null])
  const deliveries = createDeliveries(redis, 'notice:n-1')
  await deliveries.add([makeDelivery('d-1', { type: 'webhook.test', webhook: 'notice:n-1', at: 1 }, 'notice', 1)], 1, 1)
  const [claim] = (await createDeliveryLine(redis).claim('notice:n-1', { now: 1, max: 1 })).claims
  if (!claim) expect.fail('nothing was claimed')
  await memory.noteError(claim, 'refused')
  expect((await memory.state()).lastError).toBe('refused')
  await memory.noteSent(claim, { at: 5_000, quietFrom: 4_000, ids: ['d-1'], told: new Map([['gold', 'blocked']]) })
  expect([await memory.state(), await memory.quietFrom()]).toEqual([{ lastSentAt: 5_000, lastError: null }, 4_000])
  expect([await memory.isCovered('d-1'), await memory.isCovered('d-2')]).toEqual([true, false])
  await memory.cover(claim, ['d-2'], new Map([['silver', 'held']]))
  expect(Object.fromEntries(await memory.told())).toEqual({ gold: 'blocked', silver: 'held' })
  await memory.noteSent(claim, { at: 6_000, quietFrom: null, ids: [], told: new Map([['gold', null]]) })
  expect([[...(await memory.told())], await memory.quietFrom()]).toEqual([[['silver', 'held']], 4_000])
  await deliveries.destroy(1)
  await memory.noteSent(claim, { at: 7_000, quietFrom: 1, ids: ['d-1'], told: new Map([['gold', 'blocked']]) })
  expect(await redis.keys('*notice:n-1*')).toEqual([])
})
