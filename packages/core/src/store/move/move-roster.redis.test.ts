import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { eventDigest } from '../../secrets/index.ts'
import { laneKeys } from '../keys.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createMembers } from '../member/members.ts'
import { createMoverStore, type RosterMove } from './move-roster.ts'

const { redis } = await withRedis()
const [from, to] = [laneKeys('acme'), laneKeys('other')]
const move: RosterMove = { roster: 'gold', createdAt: 1, appId: '1234', from: 'acme', to: 'other', token: 'mine' }
const digest = eventDigest('gold', '/members', 'e-1')

const join = async (teamKey: string) => {
  const change = {
    roster: 'gold',
    member: 'u-1',
    kind: 'join',
    email: 'ann@example.com',
    firstName: null,
    lastName: null,
    time: undefined,
    priority: 'interactive',
    digest,
    timelineEntry: '',
  } as const
  const { changes } = await recordChanges(redis, { teamKey, changes: [change], dedupMs: 86_400_000 })
  return changes[0]?.outcome
}

it('a roster takes its people, its backlog and its dedup marks along to another lane, and repeating it changes nothing', async () => {
  await redis.sadd(from.rosters, 'gold')
  expect(await join('acme')).toBe('accepted')
  await redis.set(from.lease, 'mine')
  const mover = createMoverStore(redis, move)
  await mover.begin()
  await mover.leave()
  await mover.copy()
  await mover.copy()
  await mover.enter()
  await mover.moveBacklog()
  await mover.drop()
  await mover.end()
  expect(await createMembers(redis, 'other', 'gold').find('u-1')).toMatchObject({
    desired: { email: 'ann@example.com' },
  })
  expect(await redis.zrange(to.outboxInteractive, '0', '-1')).toEqual(['gold\0u-1'])
  expect(await redis.exists(from.roster('gold').desired, from.outboxInteractive)).toBe(0)
  expect(await join('other')).toBe('duplicate')
})

it('a mover that has lost the roster to another writes nothing more', async () => {
  await redis.sadd(from.rosters, 'gold')
  await join('acme')
  await redis.set(from.lease, 'mine')
  const mover = createMoverStore(redis, move)
  await mover.begin()
  await redis.set(to.arriving('gold'), 'another')
  await expect(mover.copy()).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await redis.exists(to.roster('gold').desired)).toBe(0)
  await redis.set(from.lease, 'another')
  await expect(mover.leave()).rejects.toMatchObject({ code: 'lease_lost' })
  expect(await redis.smembers(from.rosters)).toEqual(['gold'])
})
