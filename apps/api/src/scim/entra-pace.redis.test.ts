import { loadApiConfig } from '@flightroster/core/config'
import { createSettableClock, eventually } from '@flightroster/core/testing'
import { expect, it } from 'vitest'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { withScim } from '../../testing/with-scim.ts'

/** What Microsoft asks of an endpoint, for each tenant (learn.microsoft.com: "Develop and plan provisioning for a SCIM endpoint"). */
const PER_SECOND = 25
/** Of one caller's requests so many are worked at together (own-turns.ts). */
const AT_ONCE = 50
/** More than a minute, so that limits by the minute come into it. */
const SECONDS = 70

/** The limit that is set where nobody sets one; minutes pass where the test says so. */
const { rateLimitPerMinute } = loadApiConfig({
  REDIS_URL: 'redis://127.0.0.1:6379',
  ADMIN_TOKEN: 'x'.repeat(32),
  ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
})
const clock = createSettableClock()
const { api } = await withScim({ rateLimitPerMinute, clock: { now: Date.now, monotonic: () => clock.monotonic() } })

const find = (path: string, filter: string, more = '') => `${path}?filter=${encodeURIComponent(filter)}${more}`
const replace = (path: string, value: unknown) => ({ Operations: [{ op: 'Replace', path, value }] })
const members = (op: 'Add' | 'Remove', value: string) => ({ Operations: [{ op, path: 'members', value: [{ value }] }] })

/** What is asked about each person, a request a second, and whether they are in the group and switched on after it. */
interface Asked {
  method: 'GET' | 'PATCH'
  path: string
  body?: object
  isIn?: boolean
  isOn?: boolean
}

const lifeOf = (at: number, user: string, group: string): Asked[] => [
  { method: 'GET', path: find('/Users', `userName eq "p${at}@example.com"`) },
  { method: 'GET', path: find('/Users', `emails[type eq "work"].value eq "p${at}@example.com"`) },
  { method: 'GET', path: find('/Users', `externalId eq "x-${at}"`) },
  { method: 'GET', path: `/Users/${user}` },
  { method: 'PATCH', path: `/Users/${user}`, body: replace('name.familyName', `Lee ${at}`) },
  { method: 'GET', path: find('/Groups', 'displayName eq "Pace"', '&excludedAttributes=members') },
  { method: 'GET', path: find('/Groups', `id eq "${group}" and members eq "${user}"`, '&excludedAttributes=members') },
  { method: 'PATCH', path: `/Groups/${group}`, body: members('Add', user), isIn: true },
  { method: 'PATCH', path: `/Users/${user}`, body: replace('active', 'False'), isOn: false },
  { method: 'PATCH', path: `/Users/${user}`, body: replace('active', 'True'), isOn: true },
  { method: 'PATCH', path: `/Groups/${group}`, body: members('Remove', user), isIn: false },
  { method: 'PATCH', path: `/Groups/${group}`, body: members('Add', user), isIn: true },
  { method: 'PATCH', path: `/Users/${user}`, body: replace('emails[type eq "work"].value', `q${at}@example.com`) },
]

const addPeople = async (idp: Awaited<ReturnType<typeof connectScim>>, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, at) =>
      idp.addUser(`p${at}@example.com`, {
        externalId: `x-${at}`,
        emails: [{ type: 'work', primary: true, value: `p${at}@example.com` }],
      }),
    ),
  )

it('25 requests a second, as many as Entra ID sends, are answered one and all, and the last of each person counts', async () => {
  await addScimRoster(api, 'pace', 'Pace', { removalGuard: { percent: 100, atLeast: 1_000 } })
  const idp = await connectScim(api, { rosters: ['pace'] })
  const ids = await addPeople(idp, PER_SECOND)
  const stays = await idp.addUser('stays@example.com')
  const group = await idp.addGroup('Pace', [stays])
  const people = ids.map((id, at) => ({ id, life: lifeOf(at, id, group), isIn: false, isOn: true }))
  const statuses = new Map<number, number>()
  for (let second = 0; second < SECONDS; second++) {
    const answers = await Promise.all(
      people.map(async (person, at) => {
        // All ask the same at first, then each something else.
        const turn = second < SECONDS / 2 ? second : second + at
        const asked = person.life[turn % person.life.length] as Asked
        person.isIn = asked.isIn ?? person.isIn
        person.isOn = asked.isOn ?? person.isOn
        return idp.call(asked.method, asked.path, asked.body)
      }),
    )
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    clock.advance(1_000)
  }
  expect([...statuses.keys()].toSorted((a, b) => a - b)).toEqual([200, 204])
  expect([...statuses.values()].reduce((sum, one) => sum + one)).toBe(PER_SECOND * SECONDS)
  const there = people.filter(({ isIn, isOn }) => isIn && isOn).map(({ id }) => id)
  expect(there.length).toBeGreaterThan(PER_SECOND / 3)
  expect(there.length).toBeLessThan(PER_SECOND)
  expect(await idp.present('pace')).toEqual([...there, stays].toSorted())
})

it('four seconds of them, of which none could be ended yet, wait and are answered', async () => {
  await addScimRoster(api, 'slow', 'Slow')
  const idp = await connectScim(api, { rosters: ['slow'] })
  const ids = await addPeople(idp, 4 * PER_SECOND)
  await idp.addGroup('Slow', ids)
  const record = api.store.recordChanges.bind(api.store)
  const waiting: (() => void)[] = []
  api.store.recordChanges = async (options) => {
    await new Promise<void>((resolve) => void waiting.push(resolve))
    return record(options)
  }
  try {
    const answers = ids.map((id, at) => idp.call('PATCH', `/Users/${id}`, replace('name.givenName', `Ann ${at}`)))
    // The others wait for a turn behind these.
    await eventually(() => expect(waiting).toHaveLength(AT_ONCE))
    api.store.recordChanges = record
    for (const go of waiting) go()
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([200]))
  } finally {
    api.store.recordChanges = record
  }
})
