import { beforeAll, describe, expect, it } from 'vitest'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { inNameOrder } from '../../domain/name-order.ts'
import { MEMBER_STATUSES, NOTHING_OBSERVED, type MemberStatus, type Observed } from '../../domain/member.ts'
import { DEFAULT_POLICIES, type Roster } from '../../domain/roster.ts'
import { createStore, laneKeys } from '../../store/index.ts'
import { recordChanges } from '../../store/lane/record-changes.ts'
import { formatObserved } from '../../store/member/observed.ts'
import { browseMembers, MEMBER_SORTS, selectMembers, type MemberSelection } from './select-members.ts'

const keys = laneKeys('acme').roster('gold')
const roster: Roster = {
  v: 1,
  id: 'gold',
  teamKey: 'acme',
  app: { id: '1', name: 'App', bundleId: 'com.example.app' },
  group: { id: 'g', name: 'Gold' },
  ...DEFAULT_POLICIES,
  paused: false,
  blocked: null,
  warnings: [{ code: 'build_missing', detail: 'The group has no build.', action: 'Add one.' }],
  createdAt: 1,
  updatedAt: 1,
}

interface Person {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
  status: MemberStatus
  problem: Observed['problem']
  observedAt: number
}

const { redis } = await withRedis({ flush: false })
const store = createStore(redis)
let people: Person[]

beforeAll(async () => {
  await redis.sadd(laneKeys('acme').rosters, 'gold')
  const later = Date.now() + 60_000
  people = Array.from({ length: 240 }, (_, at): Person => {
    const status = MEMBER_STATUSES[at % MEMBER_STATUSES.length] ?? 'pending'
    return {
      id: `u-${(at * 7) % 240}`,
      email: at % 6 === 0 ? null : `p${at % 30}@example.com`,
      firstName: ['Zoe', 'émile', 'anna', '张伟', null][at % 5] ?? null,
      lastName: at % 3 === 0 ? null : `Lee ${at % 20}`,
      status,
      // Of a text, a look for one code finds a longer one too, and one that is over.
      problem:
        status === 'failed'
          ? { code: at % 4 < 2 ? 'address_invalid' : 'retries_exhausted', detail: 'No "seats_full".', at: later }
          : status === 'invited'
            ? { code: 'address_invalid', detail: 'It was.', at: 1 }
            : null,
      observedAt: later + ((at * 31) % 240),
    }
  })
  await recordChanges(redis, {
    teamKey: 'acme',
    changes: people.map(({ id, email, firstName, lastName }) => ({
      roster: 'gold',
      member: id,
      kind: 'join' as const,
      email,
      firstName,
      lastName,
      time: undefined,
      priority: 'bulk' as const,
      digest: undefined,
      timelineEntry: '{}',
    })),
    dedupMs: 86_400_000,
  })
  for (const { id, status, problem, observedAt } of people) {
    await redis.zadd(keys.status, MEMBER_STATUSES.indexOf(status), id)
    await redis.hset(keys.observed, id, formatObserved({ ...NOTHING_OBSERVED, problem, observedAt }, true))
  }
})

const select = (selection: MemberSelection) => selectMembers({ store }, roster, selection)
/** Page by page, each of which says how many there are. */
async function browseAll(selection: MemberSelection): Promise<string[]> {
  const ids: string[] = []
  for (let page = 1, pages = 1; page <= pages; page++) {
    const shown = await browseMembers({ store }, roster, selection, { page, limit: 17 })
    ids.push(...shown.members.map(({ id }) => id))
    pages = shown.pages
    expect([shown.page, shown.total]).toEqual([page, (await select(selection)).length])
  }
  return ids
}
const byId = (a: Person, b: Person) => (a.id < b.id ? -1 : 1)
const ORDERS = {
  id: (all: Person[]) => all.toSorted(byId),
  name: inNameOrder<Person>,
  address: (all: Person[]) => {
    const plain = inNameOrder(all.map(({ id, email }) => ({ id, email, firstName: null, lastName: null })))
    return plain.flatMap(({ id }) => all.find((one) => one.id === id) ?? [])
  },
  status: (all: Person[]) =>
    all.toSorted((a, b) => (a.status === b.status ? byId(a, b) : a.status < b.status ? -1 : 1)),
  changed: (all: Person[]) => all.toSorted((a, b) => b.observedAt - a.observedAt || byId(a, b)),
}

describe('who is chosen of a roster', () => {
  it.each(MEMBER_SORTS)('comes in the order of %s, from either end, with every filter', async (sort) => {
    const fitting: [MemberSelection, (person: Person) => boolean][] = [
      [{}, () => true],
      [{ status: 'waiting' }, ({ status }) => status === 'waiting'],
      [{ q: 'anna' }, ({ firstName }) => firstName === 'anna'],
      [{ q: 'u-1', plainIds: true, status: 'failed' }, ({ id, status }) => id.startsWith('u-1') && status === 'failed'],
      [
        { problem: 'address_invalid' },
        ({ status, problem }) => status === 'failed' && problem?.code === 'address_invalid',
      ],
      [
        { problem: 'retries_exhausted', q: 'lee' },
        ({ status, problem, lastName }) =>
          status === 'failed' && problem?.code === 'retries_exhausted' && lastName !== null,
      ],
      [{ problem: 'address_missing' }, ({ status, email }) => status === 'waiting' && email === null],
      [{ problem: 'build_missing' }, ({ status }) => status === 'not_invited'],
      [{ problem: 'build_missing', status: 'failed' }, () => false],
      [{ problem: 'seats_full' }, () => false],
    ]
    for (const [selection, fits] of fitting) {
      const wanted = ORDERS[sort](people.filter(fits)).map(({ id }) => id)
      expect(await select({ ...selection, sort }), JSON.stringify(selection)).toEqual(wanted)
      expect(await select({ ...selection, sort, isDown: true })).toEqual(wanted.toReversed())
      for (const isDown of [false, true])
        expect(await browseAll({ ...selection, sort, isDown }), JSON.stringify({ ...selection, isDown })).toEqual(
          isDown ? wanted.toReversed() : wanted,
        )
    }
  })

  it('is found without reading the records of those who have another reason', async () => {
    await redis.config('RESETSTAT')
    expect((await select({ problem: 'seats_full' })).length).toBe(0)
    const stats = await redis.info('commandstats')
    expect(stats).toContain('cmdstat_hscan')
    // Part of each reading of records.
    expect(stats).not.toContain('cmdstat_zmscore')
  })
})
