import { createClient } from './api-client.mjs'
import { waitUntil } from './wait-until.mjs'
import { setTimeout as sleep } from 'node:timers/promises'

export const LIFE_WORDS = `
For a minute the demo goes on by itself: people accept and install, one can't be added, a list of the roster "silver" waits for a
decision, the roster "bronze" is paused, and a build is about to expire. "npm start -- --quiet" leaves that out.`

const DAY_MS = 86_400_000
const STEP_MS = 4_000
const PATIENCE_MS = 60_000
const FIRST = ['Mia', 'Noah', 'Lea', 'Omar', 'Ida', 'Paul', 'Rosa', 'Sven', 'Tara', 'Uma', 'Viktor', 'Wanda']
const LAST = ['Adler', 'Brandt']

/** Two dozen made-up people. */
const PEOPLE = LAST.flatMap((lastName) =>
  FIRST.map((firstName) => ({
    id: `s-${firstName}-${lastName}`.toLowerCase(),
    email: `${firstName}.${lastName}@example.com`.toLowerCase(),
    firstName,
    lastName,
  })),
)
/** So few are left in the list that waits for a decision. */
const LEFT = 8

/**
 * What a program of some weeks has, within a minute: every page has something to show. Once for a folder; what came of it is kept like all
 * else. `emulator`: its address.
 */
export async function liveOn({ base, adminToken, emulator, stepMs = STEP_MS }) {
  const api = createClient(base, adminToken)
  const control = createClient(`${emulator}/_control`)
  const { app, teamKey } = await api.expect('GET', '/v1/rosters/gold')
  const put = (id, group) =>
    api.call('PUT', `/v1/rosters/${id}`, {
      body: { teamKey, app: { id: app.id }, group: { name: group, create: true }, reconcileEveryMinutes: 1 },
    })
  if ((await put('silver', 'Beta – Silver')).status !== 201) return
  const [expiresAt, uploadedAt] = [Date.now() + 5 * DAY_MS, Date.now() - 85 * DAY_MS]
  const build = {
    appId: app.id,
    version: '41',
    preReleaseVersion: '1.0',
    uploadedAt,
    expiresAt,
    groups: ['Beta – Silver'],
  }
  await control.expect('POST', '/builds', { body: build })

  await put('bronze', 'Beta – Bronze')
  await api.expect('POST', '/v1/rosters/bronze/pause')
  const waiting = PEOPLE.slice(0, 5).map((person) => ({ ...person, id: `b-${person.id}` }))
  await api.expect('PUT', '/v1/rosters/bronze/members', { body: { members: waiting } })

  await api.expect('PUT', '/v1/rosters/silver/members', { body: { members: PEOPLE } })
  const refused = { id: 's-typo', email: 'no.apple.account@invalid', firstName: 'Xaver', lastName: 'Typo' }
  await api.expect('POST', '/v1/events', {
    body: { type: 'member.joined', data: { roster: 'silver', member: refused } },
  })
  await settled(api)
  await accept(api, control, stepMs)
  await api.expect('PUT', '/v1/rosters/silver/members', { body: { members: PEOPLE.slice(0, LEFT) } })
}

function settled(api) {
  return waitUntil(async () => (await api.expect('GET', '/v1/rosters/silver')).counts.pending === 0, {
    timeoutMs: PATIENCE_MS,
    everyMs: 500,
  })
}

/** Some accept, then install; a comparison tells, as it would at Apple, who did. */
async function accept(api, control, stepMs) {
  const { items } = await api.expect('GET', '/v1/rosters/gold/members?status=invited&limit=1000')
  const emails = [...items, ...PEOPLE].map(({ email }) => email)
  for (const [at, state] of ['ACCEPTED', 'INSTALLED'].entries()) {
    await sleep(stepMs)
    // Two in three accept, and two in three of these install.
    const some = emails.filter((_, place) => place % 3 !== 2 && (at === 0 || place % 9 < 6))
    for (const tester of some) await control.call('POST', '/testers/state', { body: { tester, state } })
    for (const roster of ['gold', 'silver']) await api.call('POST', `/v1/rosters/${roster}/reconciliations`)
  }
}
