import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '@flightroster/core/testing'
import { laneKeys, queueKeys } from '../keys.ts'
import { createLaneLaw } from './lane-law.ts'
import { recordChanges } from './record-changes.ts'

const { redis } = await withRedis()
const keys = laneKeys('acme')
const law = () => createLaneLaw(redis, keys, 'acme')
const members = [{ id: 'u-1', ref: 'm-1' }]

it('a member who is not converged and nowhere is recorded again, and one who is somewhere is not', async () => {
  await redis.sadd(keys.rosters, 'gold')
  const change = {
    roster: 'gold',
    member: 'u-1',
    kind: 'join',
    email: 'u-1@example.com',
    firstName: null,
    lastName: null,
    time: undefined,
    priority: 'interactive',
    digest: undefined,
    timelineEntry: '',
  } as const
  await recordChanges(redis, { teamKey: 'acme', changes: [change], dedupMs: 1_000 })
  expect(await law().recordStranded('token', makeRoster(), members)).toBe(0)
  await redis.set(keys.lease, 'token')
  expect(await law().recordStranded('token', makeRoster(), members)).toBe(0)
  await redis.del(keys.outboxInteractive)
  expect(await law().recordStranded('another', makeRoster(), members)).toBe(0)
  expect(await law().recordStranded('token', makeRoster(), members)).toBe(1)
  expect(await law().recordStranded('token', makeRoster(), members)).toBe(0)
})

it('a scan that was cut short goes on where it was', async () => {
  expect(await law().scanPosition()).toBeNull()
  await law().keepScanPosition({ roster: 'gold', cursor: '17' })
  expect(await law().scanPosition()).toEqual({ roster: 'gold', cursor: '17' })
  await law().keepScanPosition(null)
  expect(await law().scanPosition()).toBeNull()
  await redis.rpush(queueKeys('acme').wait, 'a', 'b')
  expect(await law().waitingJobs()).toEqual(new Set(['a', 'b']))
})
