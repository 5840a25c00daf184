import { expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '../../../testing/fixtures.ts'
import type { Roster } from '../../domain/roster.ts'
import { globalKeys } from '../keys.ts'
import { createGroups } from './groups.ts'
import { createRosters } from './rosters.ts'

const { redis } = await withRedis()

const rosters = createRosters(redis)
const [slow, quick] = [makeRoster({ id: 'slow' }), makeRoster({ id: 'quick' })]
const GROUP = slow.group.id
const claimed = () => redis.hget(globalKeys.groups, GROUP)
const record = async (roster: Roster) => {
  await redis.sadd(globalKeys.rostersOfApp(roster.app.id), roster.id)
  await rosters.insert(roster)
}

it('what a roster holds is not touched for a moment by whoever else wants it', async () => {
  const groups = createGroups(redis, rosters)
  expect(await groups.claim(slow)).toBe(true)
  await record(slow)
  await redis.config('RESETSTAT')
  expect(await groups.claim(quick)).toBe(false)
  expect(await redis.info('commandstats')).not.toMatch(/cmdstat_eval/)
  expect(await groups.holder(GROUP)).toBe('slow')
})

it('a claim that is taken over is given back where its roster is recorded just then', async () => {
  const groups = createGroups(redis, {
    ...rosters,
    // Between the look for a roster and the step that takes the claim over.
    async findMany(ids) {
      const found = await rosters.findMany(ids)
      if (found.size === 0) await record(slow)
      return found
    },
  })
  expect(await groups.claim(slow)).toBe(true)
  expect(await groups.claim(quick)).toBe(false)
  expect(await claimed()).toBe('slow')
})

it('a claim of which there is no roster is free, for one of all who want it', async () => {
  const groups = createGroups(redis, rosters)
  await groups.claim(slow)
  expect(await groups.holder(GROUP)).toBeNull()
  const others = Array.from({ length: 20 }, (_, at) => makeRoster({ id: `other-${at}` }))
  await Promise.all(others.map((roster) => groups.claim(roster)))
  expect(others.map(({ id }) => id)).toContain(await claimed())
})
