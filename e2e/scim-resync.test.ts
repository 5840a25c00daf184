import { eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { connectScim } from './support/scim.ts'
import { startStack } from './support/stack.ts'

const PEOPLE = 10_000
/** 50 groups that overlap, 12,000 memberships in all: each person is in one at least. */
const SIZES = [...Array<number>(2).fill(2_000), ...Array<number>(8).fill(500), ...Array<number>(40).fill(100)]
const AT_ONCE = 40

const emailOf = (person: number) => `p${person}@example.com`
const nameOf = (group: number) => `Group ${group}`

/** Who is in each group: people in a row, where the next group goes on. */
function peopleOf(): number[][] {
  let next = 0
  return SIZES.map((size) => Array.from({ length: size }, () => next++ % PEOPLE))
}

/** Carries out so many at once. */
async function all<T, R>(items: readonly T[], work: (item: T, at: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map((item, at) => work(item, from + at)))))
  return results
}

it('10,000 users in 50 groups that are pushed whole twice more cost Apple no call and the workers no turn', async () => {
  await using stack = await startStack({
    isEmpty: true,
    emulator: { quota: { hourLimit: 10_000_000 }, seatsPerApp: 100_000 },
    env: { RATE_LIMIT_PER_MINUTE: '10000000', BUILD_WATCH_SECONDS: '86400', TESTER_USAGE: 'off' },
  })
  const { api, emulator, app, group: elsewhere } = stack
  // Apple has them all, in another group: they go in by the hundred.
  emulator.addTesters(
    elsewhere,
    Array.from({ length: PEOPLE }, (_, person) => emailOf(person)),
  )
  await api.must('PUT', '/v1/team-keys/acme', stack.key, 201)
  const groups = SIZES.map((_, at) => emulator.addGroup(app, { name: nameOf(at) }).id)
  for (const [at, id] of groups.entries()) {
    const roster = {
      teamKey: 'acme',
      app: { id: app },
      group: { id },
      scimGroup: nameOf(at),
      reconcileEveryMinutes: 1_440,
    }
    await api.must('PUT', `/v1/rosters/r-${at}`, roster, 201)
  }
  const scim = await connectScim(api)
  const userOf = (person: number) => ({
    userName: emailOf(person),
    active: true,
    name: { givenName: 'Ann', familyName: `Lee ${person}` },
    emails: [{ type: 'work', primary: true, value: emailOf(person) }],
  })
  const users = await all(
    Array.from({ length: PEOPLE }),
    async (_, person) => (await scim('POST', '/Users', userOf(person))).id,
  )
  const memberships = peopleOf()
  const bodyOf = (at: number) => ({
    displayName: nameOf(at),
    members: memberships[at]?.map((person) => ({ value: users[person] })),
  })
  const scimGroups: string[] = []
  for (const at of SIZES.keys()) scimGroups.push((await scim('POST', '/Groups', bodyOf(at))).id)

  const settled = () =>
    eventually(
      async () => {
        const rosters = await api.all<{ counts: Record<string, number> }>('/v1/rosters')
        expect(rosters.reduce((sum, { counts }) => sum + (counts['pending'] ?? 0), 0)).toBe(0)
      },
      { timeoutMs: 600_000, everyMs: 500 },
    )
  await settled()
  const inApple = () => groups.map((id) => emulator.groupMembers(id).length)
  expect(inApple()).toEqual(SIZES)

  const revisions = async () =>
    (await api.all<{ id: string; updatedAt: string }>('/v1/rosters/r-0/members')).map(({ id, updatedAt }) => [
      id,
      updatedAt,
    ])
  const before = await revisions()
  emulator.resetLedgers()
  for (const round of [1, 2]) {
    await all(users, (id, person) => scim('PUT', `/Users/${id}`, { id, ...userOf(person) }))
    for (const [at, id] of scimGroups.entries()) {
      const found = await scim(
        'GET',
        `/Groups?filter=${encodeURIComponent(`displayName eq "${nameOf(at)}"`)}&excludedAttributes=members`,
      )
      expect([round, found.totalResults]).toEqual([round, 1])
      await scim('PUT', `/Groups/${id}`, bodyOf(at))
    }
    await settled()
  }
  expect(emulator.calls()).toEqual([])
  expect(await revisions()).toEqual(before)
  expect(inApple()).toEqual(SIZES)
  // Thirty thousand requests: beside eight busy processes more than a quarter of an hour.
}, 3_000_000)
