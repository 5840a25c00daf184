import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { laneKeys } from '../keys.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createMembers } from './members.ts'
import { findRostersNaming } from './rosters-naming.ts'

const { redis } = await withRedis()

it('of many rosters, in several lanes, those that name an address are found', async () => {
  const rosters = ['gold', 'silver', 'bronze'].map((id, at) => ({ id, teamKey: at === 2 ? 'other' : 'acme' }))
  for (const { id, teamKey } of rosters) await redis.sadd(laneKeys(teamKey).rosters, id)
  for (const { id, teamKey } of [rosters[0]!, rosters[2]!]) {
    const change = {
      roster: id,
      member: 'u-1',
      kind: 'join',
      email: 'Ann@example.com',
      firstName: null,
      lastName: null,
      time: undefined,
      priority: 'interactive',
      digest: undefined,
      timelineEntry: '',
    } as const
    await recordChanges(redis, { teamKey, changes: [change], dedupMs: 1_000 })
  }
  // Until the entries for searches are made, any roster may name anybody.
  expect(await findRostersNaming(redis, rosters, 'nobody@example.com')).toHaveLength(2)
  for (const { id, teamKey } of rosters) await createMembers(redis, teamKey, id).index()
  const found = await findRostersNaming(redis, rosters, 'ann@example.com')
  expect(found.map(({ id }) => id).sort()).toEqual(['bronze', 'gold'])
  expect(await findRostersNaming(redis, rosters, 'nobody@example.com')).toEqual([])
})
