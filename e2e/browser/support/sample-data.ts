import { MEMBER_STATUSES, type MemberStatus } from '@flightroster/core/domain'
import { createLog } from '@flightroster/core/log'
import { createRedis, createRosterHistory, laneKeys } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import type { Stack } from '../../support/stack.ts'

const FIRST = [
  'Ann',
  'Ben',
  'Chloe',
  'Dmitri',
  'Eve',
  'Farid',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
  'Kim',
  'Lena',
  'Mo',
  'Noor',
]
const LAST = ['Lee', 'Okafor', 'Dubois', 'Ivanov', 'Haddad', 'Hopper', 'Sato', 'Garcia', 'Lind', 'Park', 'Novak']

export interface Person {
  id: string
  email: string
  firstName: string
  lastName: string
}

function makePerson(at: number): Person {
  const [firstName, lastName] = [FIRST[at % FIRST.length] ?? '', LAST[(at * 5) % LAST.length] ?? '']
  return { id: `u-${100 + at}`, email: `${firstName}.${lastName}${at}@example.com`.toLowerCase(), firstName, lastName }
}

type Counts = Record<string, number>

export async function settled(stack: Stack, isSettled: (counts: Counts) => boolean): Promise<void> {
  await eventually(
    async () => {
      const { counts } = await stack.api.must<{ counts: Counts }>('GET', '/v1/rosters/gold', undefined, 200)
      if (!isSettled(counts)) throw new Error(`Not settled yet: ${JSON.stringify(counts)}`)
    },
    { everyMs: 200 },
  )
}

/** A roster in the middle of its life: people of every status, unmanaged testers, some who could not be added. */
export async function addSampleData(stack: Stack): Promise<Person[]> {
  const { api, emulator, group } = stack
  const people = Array.from({ length: 40 }, (_, at) => makePerson(at))
  const joined = (member: object) => ({ type: 'member.joined', data: { roster: 'gold', member } })
  await api.must('POST', '/v1/events', people.map(joined), 202)
  await settled(stack, ({ invited }) => invited === people.length)
  people.forEach(({ email }, at) => {
    if (at % 3 === 0) emulator.setState(email, at % 2 === 0 ? 'INSTALLED' : 'ACCEPTED')
  })
  emulator.addTester(group, 'stranger@example.net')
  const unknown = { id: 'u-901', firstName: 'Zoe', lastName: 'Quinn' }
  const refused = { ...makePerson(7), id: 'u-902', email: 'no.apple.account@invalid' }
  await api.must('POST', '/v1/events', [unknown, refused].map(joined), 202)
  await api.must('POST', '/v1/rosters/gold/reconciliations', { dryRun: false }, 202)
  await settled(stack, (counts) => counts['installed'] === 7 && counts['pending'] === 0)
  return people
}

/** Team keys enough for a page of lanes. */
export async function addSampleLanes(stack: Stack, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const { issuerId, keyId, privateKeyPem } = stack.emulator.addKey()
    const key = { issuerId, keyId, privateKey: privateKeyPem }
    await stack.api.must('PUT', `/v1/team-keys/studio-${at}`, key, 201)
    if (at === 1) stack.emulator.revokeKey(keyId)
    if (at < 5) await stack.api.must('POST', `/v1/team-keys/studio-${at}/check`, undefined, 200)
  }
}

/** Three weeks of a roster that grew, as the samples of the API would have told them. */
export async function addSampleHistory(stack: Stack): Promise<void> {
  const redis = createRedis(stack.redis.url, { name: 'sample', log: createLog({ level: 'silent', name: 'sample' }) })
  const history = createRosterHistory(redis, 'acme', 'gold')
  const none = Object.fromEntries(MEMBER_STATUSES.map((status) => [status, 0])) as Record<MemberStatus, number>
  const halfDays = 42
  for (let at = 1; at <= halfDays; at++) {
    const people = Math.round((40 * at) / halfDays)
    const installed = Math.round(people * 0.18)
    const accepted = Math.round(people * 0.16 + (at % 4 === 0 ? 1 : 0))
    const waiting = at % 9 === 0 ? 2 : 1
    await history.add({
      at: Date.now() - (halfDays - at) * 43_200_000 - 60_000,
      counts: {
        ...none,
        installed,
        accepted,
        waiting,
        invited: Math.max(0, people - installed - accepted),
        failed: at > 30 ? 1 : 0,
      },
    })
  }
  redis.disconnect()
}

/** What Apple tells of those who installed, read by a reconciliation, and how much it was before. */
export async function addSampleUsage(stack: Stack): Promise<void> {
  const { api } = stack
  await api.must('POST', '/v1/rosters/gold/reconciliations', {}, 202)
  await eventually(async () => {
    const { usageMeasuredAt } = await api.must<{ usageMeasuredAt: string | null }>(
      'GET',
      '/v1/rosters/gold/idle',
      undefined,
      200,
    )
    if (usageMeasuredAt === null) throw new Error('Usage has not been read yet.')
  })
  const redis = createRedis(stack.redis.url, { name: 'sample', log: createLog({ level: 'silent', name: 'sample' }) })
  const { usageHistory } = laneKeys('acme').roster('gold')
  for (let day = 1; day <= 20; day++) {
    await redis.rpush(usageHistory, `${Date.now() - day * 86_400_000} ${90 - day * 2}`)
  }
  redis.disconnect()
}

/** Two further rosters: one whose list waits for a decision, one that nobody is on yet. */
export async function addMoreRosters(stack: Stack): Promise<void> {
  const { api, emulator, app } = stack
  for (const id of ['silver', 'press']) {
    const group = emulator.addGroup(app, { name: `Beta – ${id[0]?.toUpperCase()}${id.slice(1)}` })
    emulator.addBuild(app, { version: id === 'silver' ? '2' : '3', groups: [group.id] })
    await api.must('PUT', `/v1/rosters/${id}`, { teamKey: 'acme', app: { id: app }, group: { id: group.id } }, 201)
  }
  const list = (count: number) => ({ members: Array.from({ length: count }, (_, at) => makePerson(200 + at)) })
  await api.must('PUT', '/v1/rosters/silver/members', list(30), 202)
  await eventually(
    async () => {
      const { counts } = await api.must<{ counts: Counts }>('GET', '/v1/rosters/silver', undefined, 200)
      if (counts['invited'] !== 30) throw new Error(`Not settled yet: ${JSON.stringify(counts)}`)
    },
    { everyMs: 200 },
  )
  await api.must('PUT', '/v1/rosters/silver/members', list(12), 202)
}

/** Where pages are whose address is known only once they were made. */
export interface SamplePages {
  /** A member's own page. */
  member: string
  /** A group that an identity provider pushed, with what binding it would do. */
  group: string
  /** One that waits for a decision. */
  plan: string
}

/** A source, a group of an identity provider, and a link of a member. */
export async function addSampleSources({ api }: Stack): Promise<SamplePages> {
  const source = { kind: 'stripe', secret: 'x', rosters: { price_1Abc: 'gold', '*': 'silver' } }
  await api.must('PUT', '/v1/sources/shop', source, 201)
  // About a roster that nothing happens to: nobody is called.
  const rule = { types: ['roster.held', 'roster.blocked', 'build.expiring'], rosters: ['press'] }
  await api.must('PUT', '/v1/webhooks/crm', { url: 'https://crm.example.com/hooks/flightroster', ...rule }, 201)
  await api.must('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', ...rule }, 201)
  const members: { value: string }[] = []
  for (const { email, firstName, lastName } of Array.from({ length: 6 }, (_, at) => makePerson(at + 900))) {
    const user = { userName: email, name: { givenName: firstName, familyName: lastName } }
    members.push({ value: (await api.must<{ id: string }>('POST', '/scim/v2/Users', user, 201)).id })
  }
  const group = { displayName: 'Beta testers', members: [...members, { value: 'nobody' }] }
  const { id } = await api.must<{ id: string }>('POST', '/scim/v2/Groups', group, 201)
  await api.must('POST', '/scim/v2/Groups', { displayName: 'Everybody' }, 201)
  const { url } = await api.must<{ url: string }>('POST', '/v1/rosters/gold/members/u-100/link', { days: 3 }, 201)
  const plans = await api.all<{ id: string; status: string }>('/v1/rosters/silver/reconciliations')
  const held = plans.find(({ status }) => status === 'held')
  return {
    member: url,
    group: `/console/scim/groups/${id}?roster=silver`,
    plan: `/console/rosters/silver/plans/${held?.id ?? 'none'}`,
  }
}
