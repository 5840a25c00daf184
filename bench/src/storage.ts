// What a member and the mark of an event take in Redis, and what a million of them come to.
import { randomUUID } from 'node:crypto'
import { DEFAULT_POLICIES, NOTHING_OBSERVED, formatEntry, type MemberChange } from '@flightroster/core/domain'
import { eventDigest } from '@flightroster/core/secrets'
import { createLaneStore, createStore, type Store } from '@flightroster/core/store'
import { startRedis } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { printTable } from './support/table.ts'

const MEMBERS = Number(process.env['MEMBERS'] ?? 10_000)
const EVENTS = Number(process.env['EVENTS'] ?? 100_000)
const DAY_MS = 86_400_000
const AT_ONCE = 1_000

await using server = await startRedis()
const redis = new Redis(server.url)
const store = createStore(redis)

const members = await measureMembers()
const marks = await measureMarks()
redis.disconnect()

printTable(
  `A member at rest, of ${MEMBERS.toLocaleString('en-US')} in one roster, with their whole life, bytes`,
  ['key', 'bytes'],
  [...members.byKind].map(([kind, bytes]) => [kind, Math.round(bytes)]),
)
printTable(
  'What it comes to',
  ['', 'bytes each', 'count', 'MB'],
  [
    ['members', members.each, 1_000_000],
    ['marks of events, a million a day for 7 days', marks, 7_000_000],
  ].map(([name, each, count]) => [
    String(name),
    Math.round(Number(each) * 10) / 10,
    Number(count).toLocaleString('en-US'),
    Math.round((Number(each) * Number(count)) / 1e6).toLocaleString('en-US'),
  ]),
)

async function measureMembers() {
  await plantLane(store)
  const people = Array.from({ length: MEMBERS }, (_, at) => ({
    id: randomUUID(),
    email: `firstname.lastname${at}@example.com`,
    tester: randomUUID(),
  }))
  const lanes = createLaneStore(redis, 'lane-0')
  for (let from = 0; from < people.length; from += AT_ONCE) {
    const changes = people.slice(from, from + AT_ONCE).map(({ id, email }) => joinOf(id, email))
    await store.recordChanges({ teamKey: 'lane-0', changes, dedupMs: 7 * DAY_MS })
  }
  await store.members('lane-0', 'roster-0').index()
  const token = randomUUID()
  await lanes.open(token, 3_600_000)
  const roster = await store.rosters.find('roster-0')
  if (!roster) throw new Error('The roster is not there.')
  const steps = [
    { state: 'invited', c: [['POST /v1/betaTesters', 201]] },
    { state: 'accepted', c: [] },
    { state: 'installed', c: [] },
  ] as const
  for (const { state, c } of steps) {
    for (let from = 0; from < people.length; from += AT_ONCE) {
      await Promise.all(
        people.slice(from, from + AT_ONCE).map(({ id, email, tester }) =>
          lanes.recordOutcome(token, {
            roster,
            met: { fresh: 0, invite: 0 },
            member: id,
            ref: `m-${id}`,
            version: 1,
            observed: { ...NOTHING_OBSERVED, email, state, confirmed: true, observedAt: Date.now(), converged: 1 },
            status: state,
            entry: {
              t: Date.now(),
              k: 'run',
              c: c.map(([call, status]): [string, number] => [call, status]),
              s: state,
            },
            fact: null,
            ending: 'done',
            testerIds: new Map([[email, tester]]),
          }),
        ),
      )
    }
  }
  const byKind = new Map<string, number>()
  for (const name of ['desired', 'observed', 'timeline', 'status', 'index'])
    byKind.set(name, (await bytesOf(`fr:{lane-0}:roster:roster-0:${name}`)) / MEMBERS)
  byKind.set('testers of the app', (await bytesOf('fr:{lane-0}:testers')) / MEMBERS)
  return { byKind, each: [...byKind.values()].reduce((sum, bytes) => sum + bytes, 0) }
}

/** All of one member, so that nothing grows but the marks. */
async function measureMarks(): Promise<number> {
  await redis.flushall()
  await plantLane(store)
  for (let from = 0; from < EVENTS; from += AT_ONCE) {
    const changes = Array.from({ length: AT_ONCE }, (_, at) => ({
      ...joinOf('u-1', 'ann@example.com'),
      digest: eventDigest('roster-0', '/members', String(from + at)),
    }))
    await store.recordChanges({ teamKey: 'lane-0', changes, dedupMs: 7 * DAY_MS })
  }
  return (await bytesOf('fr:{lane-0}:marks:')) / EVENTS
}

function joinOf(member: string, email: string): MemberChange {
  return {
    roster: 'roster-0',
    member,
    kind: 'join',
    email,
    firstName: 'Firstname',
    lastName: 'Lastname',
    time: undefined,
    priority: 'interactive',
    digest: undefined,
    timelineEntry: formatEntry({ t: Date.now(), k: 'joined', o: 'event', e: `member.joined-${member}` }),
  }
}

async function plantLane(into: Store): Promise<void> {
  const times = { createdAt: Date.now(), updatedAt: Date.now() }
  const sealed = { issuerId: randomUUID(), keyId: 'ABC1234567', sealedPrivateKey: 'x'.repeat(400) }
  await into.teamKeys.put({ v: 1, id: 'lane-0', ...sealed, ...times })
  await into.enterRoster({
    v: 1,
    id: 'roster-0',
    teamKey: 'lane-0',
    app: { id: '1234', bundleId: 'com.acme.app', name: 'Acme' },
    group: { id: randomUUID(), name: 'Gold' },
    ...DEFAULT_POLICIES,
    paused: false,
    blocked: null,
    warnings: [],
    ...times,
  })
}

async function bytesOf(prefix: string): Promise<number> {
  let [bytes, cursor] = [0, '0']
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000)
    cursor = next
    for (const key of keys) bytes += Number(await redis.memory('USAGE', key, 'SAMPLES', 0))
  } while (cursor !== '0')
  return bytes
}
