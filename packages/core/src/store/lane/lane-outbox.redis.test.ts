import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys, queueKeys } from '../keys.ts'
import { createLaneOutbox } from './lane-outbox.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const outbox = () => createLaneOutbox(redis, keys, 'acme')
const of = (...members: string[]) => members.map((member) => ({ roster: 'gold', member }))

it('the most urgent recorded changes are taken first, by one process at a time', async () => {
  await outbox().recordAgain(of('list'), 'bulk')
  await outbox().recordAgain(of('event'))
  await outbox().recordAgain(of('hand'), 'now')
  const taken = await outbox().takeOutbox('one', 2)
  expect(taken).toMatchObject([
    { member: 'hand', from: 'now' },
    { member: 'event', from: 'interactive' },
  ])
  expect(await outbox().takeOutbox('two', 2)).toBe('busy')
})

it('what has a job goes, unless it was recorded anew meanwhile or its job is gone', async () => {
  await outbox().recordAgain(of('ann', 'lee', 'max'))
  const taken = await outbox().takeOutbox('one', 10)
  if (taken === 'busy') throw new Error('Nobody else is at it.')
  const [ann, lee, max] = taken
  if (!ann || !lee || !max) throw new Error('Three were recorded.')
  await redis.hset(`${queueKeys('acme').jobs}ref-ann`, 'data', '{}')
  const dropped = await outbox().dropFromOutbox('one', [
    { ...ann, job: 'ref-ann' },
    { ...lee, job: 'ref-lee' },
    { ...max, arrival: '1' },
  ])
  expect(dropped).toEqual({ left: 2, leased: false })
  await redis.set(keys.lease, 'a worker')
  expect(await outbox().dropFromOutbox('one', [lee, max])).toEqual({ left: 0, leased: true })
})

it('others may make jobs once what was taken is dropped, or there was nothing left to take', async () => {
  await outbox().recordAgain(of('ann'))
  const taken = await outbox().takeOutbox('one', 10)
  if (taken === 'busy') throw new Error('Nobody else is at it.')
  // By whoever took too long: the others have it by now.
  await outbox().dropFromOutbox('late', [])
  expect(await outbox().takeOutbox('two', 10)).toBe('busy')
  await outbox().dropFromOutbox('one', [])
  expect(await outbox().takeOutbox('two', 10)).toHaveLength(1)
  await redis.del(keys.outboxInteractive)
  expect(await outbox().takeOutbox('two', 10)).toEqual([])
  await outbox().recordAgain(of('bob'))
  expect(await outbox().takeOutbox('one', 10)).toHaveLength(1)
})
