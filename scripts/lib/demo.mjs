import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from './api-client.mjs'
import { countCalls } from './apple-calls.mjs'
import { describeEvents, describeMember } from './demo-words.mjs'
import { ROOT } from './place.mjs'
import { say, step } from './say.mjs'
import { formatTable } from './table.mjs'
import { waitUntil } from './wait-until.mjs'
import { showWhereToLook } from './where-to-look.mjs'

const ROSTER = 'gold'
const TEAM_KEY = 'demo'
const BATCH = 'application/cloudevents-batch+json'
const PATIENCE_MS = 120_000

/** Posts the example events and shows what became of everybody. */
export async function showDemo({ base, place, secrets, emulator, key }) {
  const api = createClient(base, secrets.adminToken)
  await step('Registering the team key and the roster "gold"', () => connect(api, key))
  const callsBefore = await countCalls(emulator.base)
  const events = JSON.parse(readFileSync(join(ROOT, 'examples/events.json'), 'utf8'))
  const answer = await step(`Posting ${events.length} membership events (examples/events.json)`, () =>
    api.expect('POST', '/v1/events', { body: events, type: BATCH }),
  )
  const members = await step('Waiting until every tester is settled', () => settle(api))
  showMembers(members)
  say(`\n${describeEvents(events, answer)}`)
  showCalls(members, answer.accepted, (await countCalls(emulator.base)) - callsBefore)
  showWhereToLook({ base, place, secrets, roster: ROSTER })
}

async function connect(api, key) {
  await api.expect('PUT', `/v1/team-keys/${TEAM_KEY}`, {
    body: { issuerId: key.issuerId, keyId: key.keyId, privateKey: key.pem },
  })
  await api.expect('PUT', `/v1/rosters/${ROSTER}`, {
    body: { teamKey: TEAM_KEY, app: { bundleId: 'com.acme.app' }, group: { name: 'Beta – Gold' } },
  })
}

/** Every member, once nobody is pending; after two minutes as they are. */
async function settle(api) {
  const read = async () => (await api.expect('GET', `/v1/rosters/${ROSTER}/members?limit=1000`)).items
  const until = Date.now() + PATIENCE_MS
  return waitUntil(
    async () => {
      const members = await read()
      return (members.every(({ status }) => status !== 'pending') || Date.now() > until) && members
    },
    { timeoutMs: PATIENCE_MS * 2, everyMs: 250 },
  )
}

function showMembers(members) {
  const rows = members.map((member) => [member.id, member.email ?? '–', member.status, describeMember(member, members)])
  say(`\nThe roster "${ROSTER}", ${members.length} members:\n`)
  say(formatTable([['MEMBER', 'ADDRESS', 'STATUS', 'WHY'], ...rows]))
}

function showCalls(members, accepted, spent) {
  say(`\nApp Store Connect was called ${spent} times for this.`)
  if (accepted === 0) return
  const testers = new Set(members.filter(({ tester }) => tester).map(({ email }) => email?.toLowerCase())).size
  say(
    `Three calls a tester (look up, add, read back) would have been ${testers * 3} for the ${testers} testers in the group.`,
  )
}
