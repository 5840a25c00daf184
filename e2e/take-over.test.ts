import { answerWith, eventually, startReceiver, startRedis } from '@flightroster/core/testing'
import { laneKeys } from '@flightroster/core/store'
import { Redis } from 'ioredis'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Api } from './support/api.ts'
import { buildRelease } from './support/release-build.ts'
import type { Stack } from './support/stack.ts'
import { bringUpToDate, expectWanted, readExpected, redisFile, takeOver } from './support/take-over.ts'

interface Reconciliation {
  id: string
  status: string
  removals: string[]
}

const BEGAN_AT = Date.parse('2026-11-25T10:00:00Z')

interface Release {
  release: string
  /** Kinds of keys that its file has to hold. */
  kinds: string[]
  /** Answers that have to come of it without a worker. */
  keeps: [path: string, answer: object][]
}

const under = (root: string, names: string) => names.split(' ').map((name) => `${root}:${name}`)
/** Kept by all of them. */
const KINDS = [
  ...under('fr', 'team-keys rosters groups standings tokens audit salt ready session'),
  ...under('fr', 'webhooks webhooks-version apple-webhooks apple-webhook-of-app'),
  ...under('fr:{acme}', 'lane rosters work schedule'),
  ...under('fr:{acme}', 'reconciliations erasures revisions wrote-at sequences budget upload'),
  ...under('fr:{acme}:roster:gold', 'desired observed status index unindexed timeline history builds'),
  ...under('fr', '{acme}:roster:bronze:parked {acme}:roster:silver:held {acme-2}:roster:moving:desired'),
  ...under('fr:{acme}:lane-acme', 'delayed failed completed events meta'),
  ...under('fr:{wh:crm}', 'deliveries log line places due health'),
]

const RELEASES: Release[] = [
  { release: '0.1.0', kinds: under('fr:{acme}', 'seen testers seat-line outbox:now outbox:interactive'), keeps: [] },
  {
    release: '0.2.0',
    kinds: [
      ...under('fr', 'sources notices moving scim-directories scim-bindings {scim:all}:users {scim:all}:groups'),
      ...under('fr:{acme}', 'marks testers-of seats seat-history born roster:full:seat-line'),
      ...under('fr:{acme}:roster:gold', 'activity protections'),
      ...under('fr:{acme}:roster:bronze', 'sightings figures'),
    ],
    keeps: [
      ['/v1/sources/shop', { id: 'shop', kind: 'stripe', rosters: { '*': 'gold' } }],
      ['/v1/notices/ops', { id: 'ops', kind: 'slack', types: ['roster.held'] }],
      ['/v1/scim/groups', { items: [{ displayName: 'Beta', members: 3 }] }],
      ['/v1/rosters/gold/members/g-1', { id: 'g-1', protected: true }],
      ['/v1/rosters/scim', { scimGroup: 'Beta', counts: { invited: 3 } }],
    ],
  },
]

// They wait for workers that died and for schedules of retries, together.
describe.concurrent.each(RELEASES)('what release $release left behind', ({ release, kinds: more, keeps }) => {
  it('holds every kind of record', async () => {
    await using server = await startRedis({ data: redisFile(release) })
    const redis = new Redis(server.url)
    const keys = await redis.keys('*')
    redis.disconnect()
    const numbered = /(seen|marks|seat-line|testers|testers-of|seats|seat-history|index|ready|turns|upload|session):.*/
    const kinds = new Set(keys.flatMap((key) => [key, key.replace(numbered, '$1')]))
    expect([...KINDS, ...more].filter((kind) => !kinds.has(kind))).toEqual([])
  })

  it('is taken over with nothing lost: every member, the held plan, deliveries, sessions, tokens', async () => {
    const expected = await readExpected(release)
    const receiver = await startReceiver()
    await using stack = await takeOver(release, expected)
    const { api, emulator } = stack
    await bringUpToDate(stack)
    for (const [path, answer] of keeps) expect((await api.get(path)).body).toMatchObject(answer)

    const console = await fetch(`${api.url}/console/rosters/silver`, { headers: { cookie: expected.cookie } })
    expect(console.status).toBe(200)
    // The dedup marks hold: the same events again change nothing, with a token of that time.
    const again = await fetch(`${api.url}/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${expected.token}`, 'content-type': 'application/json' },
      body: JSON.stringify([
        {
          specversion: '1.0',
          id: 'joined-gold-g-2',
          source: '/members',
          type: 'member.joined',
          data: { roster: 'gold', member: { id: 'g-2', email: 'g-2@example.com' } },
        },
      ]),
    })
    expect({ status: again.status, body: await again.json() }).toMatchObject({ status: 202, body: { duplicate: 1 } })

    // One more bad answer ends the delivery that was at its last try. Before a worker runs: what meets the former address is tried again in minutes.
    receiver.answer = ({ id }, response) => void response.writeHead(id === expected.lastTry ? 503 : 204).end()
    await api.must('PUT', '/v1/webhooks/crm', { url: receiver.url, types: ['*'], includeEmail: true }, 200)
    stack.startWorker()
    const held = await api.must<Reconciliation>(
      'GET',
      `/v1/rosters/silver/reconciliations/${expected.held}`,
      undefined,
      200,
    )
    expect([held.status, held.removals.length]).toEqual(['held', 12])
    await api.must('POST', `/v1/rosters/silver/reconciliations/${expected.held}/approve`, undefined, 200)
    await api.must('POST', '/v1/rosters/bronze/resume', undefined, 200)
    emulator.restoreKey(expected.blockedKeyId)
    await api.must('POST', '/v1/team-keys/other/check', undefined, 200)

    const deliveries = () => api.all<{ id: string; status: string }>('/v1/webhooks/crm/deliveries')
    await eventually(
      async () => {
        const last = (await deliveries()).find(({ id }) => id === expected.lastTry)
        expect(last?.status).toBe('failed')
      },
      { everyMs: 300 },
    )
    receiver.answer = answerWith(204)
    await api.must('POST', `/v1/webhooks/crm/deliveries/${expected.lastTry}/replay`, undefined, 202)

    await expectWanted(stack, expected)
    await eventually(
      async () => expect((await deliveries()).filter(({ status }) => status !== 'delivered')).toEqual([]),
      { timeoutMs: 120_000, everyMs: 500 },
    )
    await eventually(
      async () => {
        const reading = await api.get<Reconciliation>(`/v1/rosters/gold/reconciliations/${expected.reading}`)
        expect(reading.body.status).toBe('done')
        const { body } = await api.get<{ teamKey: string }>('/v1/rosters/moving')
        expect(body.teamKey).toBe('acme-2')
      },
      { timeoutMs: 120_000, everyMs: 500 },
    )
    await expectErased(stack.redis.url)
    await expectPacked(stack.redis.url)
    expect(emulator.violations()).toEqual([])
    await receiver.close()
  })
})

describe.concurrent('release 0.1.0 and this one, side by side', () => {
  it('take events and work at the same lanes under load, and lose nothing, whoever dies', async (context) => {
    const former = await buildRelease('980841a')
    if (!former) return context.skip('The history of this clone does not reach back to 0.1.0.')
    const expected = await readExpected('0.1.0')
    await using stack = await takeOver('0.1.0', expected)
    const { api, emulator } = stack
    const workers = [stack.startWorker({}, former), stack.startWorker(), stack.startWorker({}, former)]
    await api.must('POST', '/v1/rosters/bronze/resume', undefined, 200)
    await api.must('POST', `/v1/rosters/silver/reconciliations/${expected.held}/approve`, undefined, 200)
    emulator.restoreKey(expected.blockedKeyId)
    await api.must('POST', '/v1/team-keys/other/check', undefined, 200)
    await runUpgradePage(stack)
    const apis = [api, await stack.startOtherApi(former)]
    const post = async (through: Api, from: number) => {
      const ids = Array.from({ length: 10 }, (_, at) => `n-${from + at}`)
      const events = ids.flatMap((id) =>
        [`${id}@example.com`, `new.${id}@example.com`].map((email, nth) => ({
          specversion: '1.0',
          id: `${nth}-${id}`,
          source: '/members',
          type: 'member.updated',
          time: new Date(BEGAN_AT + nth * 1_000).toISOString(),
          data: { roster: 'gold', member: { id, email } },
        })),
      )
      await through.must('POST', '/v1/events', events, 202)
      for (const id of ids) expected.wanted['gold']![id] = `new.${id}@example.com`
    }
    for (let from = 0; from < 100; from += 20) await Promise.all(apis.map((each, nth) => post(each, from + nth * 10)))
    // Whichever holds a lane dies: another goes on, of the other release as well.
    await workers[0]?.stop('SIGKILL')
    await expectWanted(stack, expected)
    await workers[2]?.stop('SIGTERM')
    await expectWanted(stack, expected)
    expect(emulator.violations()).toEqual([])
    // What the former release reads stays JSON for a day.
    const redis = new Redis(stack.redis.url)
    const { desired, observed } = laneKeys('acme').roster('gold')
    for (const record of [...(await redis.hvals(desired)), ...(await redis.hvals(observed))]) {
      expect(JSON.parse(record)).toHaveProperty('v')
    }
    redis.disconnect()
  })
})

/** Every command of docs/upgrade.md, as it is written, one after the other. */
async function runUpgradePage({ api, redis }: Stack): Promise<void> {
  const page = await readFile(resolve(import.meta.dirname, '../docs/upgrade.md'), 'utf8')
  const commands = [...page.matchAll(/```sh\n([^]*?)```/g)].map((match) => match[1] ?? '')
  expect(commands).toHaveLength(3)
  const cwd = await mkdtemp(join(tmpdir(), 'flightroster-upgrade-'))
  const env = { ...process.env, REDIS_URL: redis.url, API_URL: api.url, ADMIN_TOKEN: api.token }
  for (const command of commands) await promisify(execFile)('bash', ['-ec', command], { cwd, env })
  expect((await stat(join(cwd, 'flightroster-before-upgrade.rdb'))).size).toBeGreaterThan(50_000)
  await rm(cwd, { recursive: true })
}

/** Of those of whom something was learnt since, beside records as the release wrote them. */
async function expectPacked(url: string): Promise<void> {
  const redis = new Redis(url)
  const records = await redis.hvals(laneKeys('acme').roster('gold').observed)
  expect(new Set(records.map((text) => text.charAt(0)))).toContain('3')
  redis.disconnect()
}

async function expectErased(url: string): Promise<void> {
  const redis = new Redis(url)
  await eventually(
    async () => {
      expect(await redis.hget('fr:{acme}:roster:gold:desired', 'g-20')).toBeNull()
      // What is left of it looks after the logs of callbacks for four days, and names nobody.
      for (const json of await redis.hvals('fr:{acme}:erasures')) {
        expect(JSON.parse(json)).toMatchObject({ members: [], email: '' })
      }
    },
    { everyMs: 500 },
  )
  redis.disconnect()
}
