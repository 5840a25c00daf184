import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { MemberChange } from '../../domain/change.ts'
import { formatEntry } from '../../domain/timeline.ts'
import { globalKeys, indexParts, laneKeys } from '../keys.ts'
import { createMembers } from '../member/members.ts'
import { isPacking } from './packing.ts'
import { recordChanges } from '../lane/record-changes.ts'
import { createStore } from '../store.ts'

const DAY = 86_400_000

const { redis, connect } = await withRedis()

const teamKey = {
  v: 1,
  id: 'acme',
  issuerId: 'i',
  keyId: 'k',
  sealedPrivateKey: 's',
  createdAt: 1,
  updatedAt: 1,
} as const

describe('records of members are packed', () => {
  it('at once in a store that this release began', async () => {
    const first = connect()
    await createStore(first).teamKeys.put(teamKey)
    expect(await isPacking(first)).toBe(true)
    expect(await isPacking(connect())).toBe(true)
  })

  it('a day after this release came to a store that is older: until then its processes may run beside', async () => {
    await redis.hset(globalKeys.teamKeys, 'acme', JSON.stringify(teamKey))
    const first = connect()
    const store = createStore(first)
    expect(await isPacking(first)).toBe(false)
    await redis.sadd(laneKeys('acme').rosters, 'gold')
    await store.recordChanges({ teamKey: 'acme', changes: [change('ann', 'join', 'a@x.de')], dedupMs: DAY })
    const text = (await redis.hget(laneKeys('acme').roster('gold').desired, 'ann')) ?? ''
    expect(JSON.parse(text)).toMatchObject({ v: 1, version: 1, present: true, email: 'a@x.de' })
    const from = Number(await redis.get(globalKeys.packedFrom))
    expect(from - Date.now()).toBeGreaterThan(DAY - 60_000)

    await redis.set(globalKeys.packedFrom, Date.now() - 60_000)
    expect(await isPacking(connect())).toBe(true)
  })
})

it('a member is the same whichever form each of its changes was written in', async () => {
  const keys = laneKeys('acme')
  const step = fc.record({
    kind: fc.constantFrom('join' as const, 'update' as const, 'leave' as const),
    email: fc.constantFrom('a@x.de', 'É@x.de', null, undefined),
    time: fc.option(fc.nat(5_000), { nil: undefined }),
  })
  await redis.sadd(keys.rosters, 'gold')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 6 }), async (steps) => {
      const of = keys.roster('gold')
      await redis.del(of.desired, of.timeline, of.index, ...indexParts(of))
      for (const [at, [{ kind, email, time }, packed]] of steps.entries()) {
        const results = []
        for (const [member, form] of [
          ['mixed', packed],
          ['plain', false],
          ['packed', true],
        ] as const) {
          const changes = [{ ...change(member, kind, email), time }]
          results.push(
            (await recordChanges(redis, { teamKey: 'acme', changes, dedupMs: DAY, now: 10_000 + at, packed: form }))
              .changes,
          )
        }
        expect(results[1]).toEqual(results[0])
        expect(results[2]).toEqual(results[0])
      }
      const members = createMembers(redis, 'acme', 'gold')
      const [mixed, plain, packed] = await members.findMany(['mixed', 'plain', 'packed'])
      const factsOf = (desired: object | undefined) => ({ ...desired, index: undefined })
      expect(factsOf(mixed?.desired)).toEqual(factsOf(plain?.desired))
      expect(factsOf(packed?.desired)).toEqual(factsOf(plain?.desired))
      const all = ['mixed', 'packed', 'plain']
      for (const email of ['a@x.de', 'é@x.de']) {
        const isTheirs = plain?.desired.email?.toLowerCase() === email
        expect((await members.withAddress(email)).sort()).toEqual(isTheirs ? all : [])
      }
    }),
    { numRuns: 200 },
  )
})

function change(member: string, kind: MemberChange['kind'], email: string | null | undefined): MemberChange {
  return {
    roster: 'gold',
    member,
    kind,
    email,
    firstName: undefined,
    lastName: undefined,
    time: undefined,
    priority: 'interactive',
    digest: undefined,
    timelineEntry: formatEntry({ t: 1, k: 'joined', o: 'event' }),
  }
}
