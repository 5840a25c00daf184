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

export function makePerson(at: number): Person {
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
    { timeoutMs: 60_000, everyMs: 200 },
  )
}

/** A roster in the middle of its life: people of every status, strangers, some who could not be added. */
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
  }
}
