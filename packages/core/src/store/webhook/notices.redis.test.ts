import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { Notice } from '../../domain/notice.ts'
import { createNoticeBook, createNotices } from './notices.ts'

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
  const book = createNoticeBook(redis, 'n-1')
  expect([await book.state(), await book.quietFrom()]).toEqual([{ lastSentAt: null, lastError: null }, null])
  await book.noteError('refused')
  expect((await book.state()).lastError).toBe('refused')
  await book.noteSent({ at: 5_000, quietFrom: 4_000, ids: ['d-1'], told: new Map([['gold', 'blocked']]) })
  expect([await book.state(), await book.quietFrom()]).toEqual([{ lastSentAt: 5_000, lastError: null }, 4_000])
  expect([await book.isCovered('d-1'), await book.isCovered('d-2')]).toEqual([true, false])
  await book.cover(['d-2'], new Map([['silver', 'held']]))
  expect(Object.fromEntries(await book.told())).toEqual({ gold: 'blocked', silver: 'held' })
  await book.noteSent({ at: 6_000, quietFrom: null, ids: [], told: new Map([['gold', null]]) })
  expect([[...(await book.told())], await book.quietFrom()]).toEqual([[['silver', 'held']], 4_000])
})
