import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { readLaneStanding, writeLaneStanding } from './lane-status.ts'

const { redis } = await withRedis()
const problem = { code: 'key_rejected' as const, detail: 'refused', at: 5 }

it('a standing keeps what is not given, and takes nothing about a key that was replaced since', async () => {
  const status = async () => (await readLaneStanding(redis, 'acme')).status
  await writeLaneStanding(redis, 'acme', { status: 'rejected', problem, paused: true })
  await writeLaneStanding(redis, 'acme', { status: 'working' }, { at: 1 })
  expect(await readLaneStanding(redis, 'acme')).toMatchObject({ status: 'working', problem, paused: true })
  await writeLaneStanding(redis, 'acme', {}, { at: 2, isNew: true })
  await writeLaneStanding(redis, 'acme', { status: 'rejected' }, { at: 1 })
  await writeLaneStanding(redis, 'acme', { status: 'rejected' }, { at: 1, isNew: true })
  expect(await status()).toBe('working')
  await writeLaneStanding(redis, 'acme', { status: 'forbidden' }, { at: 2 })
  expect(await status()).toBe('forbidden')
  await writeLaneStanding(redis, 'acme', { status: 'rejected' })
  expect([await status(), await redis.hget(laneKeys('acme').lane, 'keyAt')]).toEqual(['rejected', '2'])
})
