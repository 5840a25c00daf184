import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import type { MemberChange } from '../../domain/change.ts'
import { MEMBER_STATUSES, type MemberStatus } from '../../domain/member.ts'
import { laneKeys } from '../keys.ts'
import type { MemberFilter, MemberQuery } from './list-members.ts'
import { createMembers } from './members.ts'
import { recordChanges } from '../lane/record-changes.ts'

const keys = laneKeys('acme').roster('gold')

const { redis } = await withRedis()

beforeEach(async () => {
  await redis.sadd(laneKeys('acme').rosters, 'gold')
})

interface Person {
  id: string
  email?: string | null
  firstName?: string
  lastName?: string
  status?: MemberStatus
}

async function add(people: readonly Person[]): Promise<void> {
  const changes = people.map(({ id, email, firstName, lastName }): MemberChange => ({
    roster: 'gold',
    member: id,
    kind: 'join',
    email: email ?? null,
    firstName: firstName ?? null,
    lastName: lastName ?? null,
    time: undefined,
    priority: 'bulk',
    digest: undefined,
    timelineEntry: '{}',
  }))
  for (let from = 0; from < changes.length; from += 1_000)
    await recordChanges(redis, { teamKey: 'acme', changes: changes.slice(from, from + 1_000), dedupMs: 86_400_000 })
  for (const { id, status } of people)
    if (status !== undefined) await redis.zadd(keys.status, MEMBER_STATUSES.indexOf(status), id)
}

const list = (query: Partial<MemberQuery>) => createMembers(redis, 'acme', 'gold').list({ limit: 100, ...query })

async function readAll(query: Partial<MemberQuery>) {
  const pages: string[][] = []
  let after: string | undefined
  do {
    const page = await list({ ...query, after })
    pages.push(page.ids)
    after = page.next ?? undefined
  } while (after !== undefined)
  return pages
}

async function exportAll(filter: MemberFilter, size: number) {
  const pages: string[][] = []
  for await (const ids of createMembers(redis, 'acme', 'gold').listAll(filter, size)) pages.push(ids)
  return pages
}

describe('a list of members', () => {
  it('comes in the order of ids over all statuses, by pages, with how many there are', async () => {
    const ids = ['a', 'B', 'b', 'b b', 'ü', '中', '\uffee', '😀', '__proto__', '10', '9']
    await add(ids.map((id, at) => ({ id, status: MEMBER_STATUSES[at % MEMBER_STATUSES.length] as MemberStatus })))
    const inOrder = [...ids].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    expect(await readAll({ limit: 3 })).toEqual([0, 3, 6, 9].map((from) => inOrder.slice(from, from + 3)))
    expect(await exportAll({}, 4)).toEqual([0, 4, 8].map((from) => inOrder.slice(from, from + 4)))
    expect((await list({ limit: 1 })).total).toBe(ids.length)
  })

  it('is the same by places as by pages, wherever the statuses lie', async () => {
    const order = fc.sample(fc.integer({ min: 0, max: MEMBER_STATUSES.length - 1 }), { numRuns: 90, seed: 7 })
    const ids = Array.from({ length: 120 }, (_, at) => `u-${String(at).padStart(3, '0')}`)
    await add(ids.map((id, at) => ({ id, status: MEMBER_STATUSES[order[at] ?? 4] as MemberStatus })))
    const members = createMembers(redis, 'acme', 'gold')
    for (let skip = 0; skip <= ids.length; skip++)
      expect(await members.slice({ skip, limit: 7 }), String(skip)).toEqual(ids.slice(skip, skip + 7))
    const [pages] = await readAll({ status: 'accepted', limit: 1_000 })
    expect(await members.slice({ status: 'accepted', skip: 5, limit: 4 })).toEqual(pages?.slice(5, 9))
    expect([await members.count('accepted'), await members.count()]).toEqual([pages?.length, ids.length])
  })

  it('goes on behind an id whose status has changed since, or that has gone', async () => {
    await add(['a', 'b', 'c', 'd', 'e'].map((id) => ({ id, status: 'invited' as const })))
    const { next } = await list({ limit: 2, status: 'invited' })
    await redis.zadd(keys.status, MEMBER_STATUSES.indexOf('failed'), 'b')
    expect((await list({ status: 'invited', after: next ?? '' })).ids).toEqual(['c', 'd', 'e'])
    await redis.zrem(keys.status, 'b')
    expect((await list({ after: next ?? '' })).ids).toEqual(['c', 'd', 'e'])
  })

  it('tells how many have a status, and ends with the last of them', async () => {
    await add(['a', 'b', 'c', 'd'].map((id, at) => ({ id, status: at < 2 ? ('failed' as const) : 'invited' })))
    expect(await list({ status: 'failed', limit: 2 })).toEqual({ ids: ['a', 'b'], next: null, total: 2 })
    expect(await list({ status: 'removed' })).toEqual({ ids: [], next: null, total: 0 })
  })
})

describe('a search of members', () => {
  const PEOPLE: Person[] = [
    { id: 'u-1', email: 'Ann.Lee@example.com', firstName: 'Ann', lastName: 'Lee', status: 'invited' },
    { id: 'u-2', email: 'élodie@example.com', firstName: 'Élodie', lastName: 'van den Berg', status: 'failed' },
    { id: 'Ünal', email: 'leek@example.com', lastName: 'İnci "Lee" Strauß', status: 'failed' },
    { id: 'lee@example.org', firstName: 'Bob\\', status: 'pending' },
  ]

  it('finds any word of a name, an id and an address, without case or accents', async () => {
    await add(PEOPLE)
    const idsOf = async (q: string) => (await list({ q })).ids
    expect(await idsOf('LEE')).toEqual(['lee@example.org', 'u-1', 'Ünal'])
    expect(await idsOf('elodie')).toEqual(['u-2'])
    expect(await idsOf('berg')).toEqual(['u-2'])
    expect(await idsOf('strauss')).toEqual(['Ünal'])
    expect(await idsOf('unal')).toEqual(['Ünal'])
    expect(await idsOf('inci')).toEqual(['Ünal'])
    expect(await idsOf('bob\\')).toEqual(['lee@example.org'])
    expect(await idsOf('"')).toEqual(['Ünal'])
    expect(await idsOf('example')).toEqual([])
    // Words of the stored form are nobody's.
    expect(await idsOf('firstname')).toEqual([])
  })

  it('keeps to a status, and counts what fits', async () => {
    await add(PEOPLE)
    expect(await list({ q: 'lee', status: 'failed' })).toEqual({ ids: ['Ünal'], next: null, total: 1 })
    expect(await readAll({ q: 'lee', limit: 1 })).toEqual([['lee@example.org'], ['u-1'], ['Ünal']])
    expect((await list({ q: 'lee', limit: 1 })).total).toBe(3)
    expect(await exportAll({ q: 'lee' }, 2)).toEqual([['lee@example.org', 'u-1'], ['Ünal']])
  })

  it('looks at plain ids alone for whoever sees no more', async () => {
    await add(PEOPLE)
    expect((await list({ q: 'lee', plainIds: true })).ids).toEqual([])
    expect((await list({ q: 'u', plainIds: true })).ids).toEqual(['u-1', 'u-2', 'Ünal'])
  })

  it('reads a large roster in steps that keep the store busy for a moment only', async () => {
    const people = Array.from({ length: 10_000 }, (_, at) => ({
      id: `u-${at}`,
      firstName: 'Ann',
      lastName: `Lee${at}`,
    }))
    await add(people)
    await redis.config('RESETSTAT')
    await redis.config('SET', 'slowlog-log-slower-than', 0)
    await redis.config('SET', 'slowlog-max-len', 1_000)
    await redis.call('SLOWLOG', 'RESET')
    expect((await list({ q: 'lee99' })).total).toBe(111)
    const steps = ((await redis.call('SLOWLOG', 'GET', '1000')) as [number, number, number, string[]][]).filter(
      ([, , , [command]]) => command === 'hscan',
    )
    expect(steps.length).toBeGreaterThanOrEqual(10)
    // None of them reads much more than a thousand records, whatever the machine does meanwhile.
    expect(steps.length).toBeLessThanOrEqual(17)
  })
})
