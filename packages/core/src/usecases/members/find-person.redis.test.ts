import { beforeAll, beforeEach, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { makeRoster } from '@flightroster/core/testing'
import { systemClock } from '../../domain/clock.ts'
import { createToRef } from '../../secrets/index.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { findPerson, type Membership } from './find-person.ts'

const ROSTERS = 3_000
const LANES = 10
const rosterId = (at: number) => `r-${String(at).padStart(4, '0')}`
const laneOf = (at: number) => `key-${at % LANES}`

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)

beforeAll(async () => {
  await Promise.all(
    Array.from({ length: ROSTERS }, async (_, at) => {
      await store.rosters.put(makeRoster({ id: rosterId(at), teamKey: laneOf(at) }))
      await redis.sadd(laneKeys(laneOf(at)).rosters, rosterId(at))
    }),
  )
})
beforeEach(async () => {
  await join(7, 'ann')
  await store.members(laneOf(7), rosterId(7)).index()
  // Nobody has noted yet who this one is.
  await join(2_999, 'ann')
  await join(11, 'bob')
})

function join(at: number, member: string) {
  const change = {
    roster: rosterId(at),
    member,
    kind: 'join' as const,
    email: `${member}@example.com`,
    firstName: null,
    lastName: null,
    time: undefined,
    priority: 'interactive' as const,
    digest: undefined,
    timelineEntry: formatEntry({ t: 1, k: 'joined', o: 'event' }),
  }
  return store.recordChanges({ teamKey: laneOf(at), changes: [change], dedupMs: 86_400_000 })
}

const deps = () => ({
  store,
  clock: systemClock,
  toRef: createToRef(Buffer.alloc(32, 1)),
  lanes: { status: async () => null as never, budgetWait: async () => null },
})

async function find(email: string) {
  await redis.config('RESETSTAT')
  const found: Membership[] = []
  for await (const some of findPerson(deps(), email)) found.push(...some)
  const stats = await redis.info('commandstats')
  const calls = (name: string) => Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
  return {
    rosters: found.map(({ roster }) => roster.id).sort(),
    scripts: calls('evalsha') + calls('eval'),
  }
}

it('finds every roster of a person among thousands with a few questions for each lane', async () => {
  const { rosters, scripts } = await find('Ann@Example.com')
  expect(rosters).toEqual([rosterId(7), rosterId(2_999)])
  expect(scripts).toBeLessThan(2 * LANES + 30)
  expect((await find('nobody@example.com')).rosters).toEqual([])
})
