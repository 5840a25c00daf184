import { eventually, freePort, startRedis, startSmtp } from '@flightroster/core/testing'
import { Redis } from 'ioredis'
import { expect, it } from 'vitest'
import { createApi } from './support/api.ts'
import { startStack } from './support/stack.ts'

/** More than the stack asks for itself while it starts. */
const REQUESTS_A_MINUTE = 60
const PASSWORD = 'p@ss/word'
const DATABASE = 5
const ADMIN_TOKEN = 'sixteen-letters!'

// TRUST_PROXY and PUBLIC_URL, OTEL_… and other forms of REDIS_URL are tried in behind-a-path, tracing, failover, cluster and restricted-user.
it('passes each setting on to the library that it is for', async () => {
  await using redis = await startRedis({ appendFsync: 'always' })
  const store = new Redis(redis.url)
  await store.config('SET', 'requirepass', PASSWORD)
  const mail = await startSmtp()
  const [metricsPort, workerPort] = [await freePort(), await freePort()]
  const url = `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${redis.port}/${DATABASE}`
  await using stack = await startStack({
    redis: { ...redis, url },
    env: {
      ADMIN_TOKEN,
      HOST: '0.0.0.0',
      LOG_LEVEL: 'warn',
      METRICS_PORT: String(metricsPort),
      WORKER_PORT: String(workerPort),
      RATE_LIMIT_PER_MINUTE: String(REQUESTS_A_MINUTE),
      ROSTER_LIMIT: '2',
      SMTP_URL: mail.url,
      SMTP_FROM: 'Beta desk <beta@example.com>',
    },
  })
  const { api } = stack
  const statusOf = async (address: string) => (await fetch(address)).status

  // REDIS_URL: the password, and the database.
  expect(await store.dbsize()).toBe(0)
  await store.select(DATABASE)
  expect(await store.dbsize()).toBeGreaterThan(0)
  store.disconnect()

  // HOST: by default nobody but 127.0.0.1 is answered. Only Linux has the other addresses of this machine by itself.
  if (process.platform === 'linux') {
    expect(await statusOf(api.url.replace('127.0.0.1', '127.0.0.2') + '/healthz')).toBe(200)
  }

  // METRICS_PORT and WORKER_PORT: a port of their own.
  expect(await statusOf(`${api.url}/metrics`)).toBe(404)
  expect(await statusOf(`http://127.0.0.1:${metricsPort}/metrics`)).toBe(200)
  await eventually(async () => expect(await statusOf(`http://127.0.0.1:${workerPort}/readyz`)).toBe(200))

  // ROSTER_LIMIT.
  const members = ['u-1', 'u-2', 'u-3'].map((id) => ({ id, email: `${id}@example.com` }))
  const refused = await api.request('PUT', '/v1/rosters/gold/members', { members })
  expect([refused.status, refused.body['code']]).toEqual([413, 'list_too_long'])
  await api.must('PUT', '/v1/rosters/gold/members', { members: members.slice(0, 2) }, 202)

  // SMTP_URL and SMTP_FROM.
  await api.must('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', types: ['roster.held'] }, 201)
  await api.must('POST', '/v1/notices/ops/test', undefined, 202)
  await eventually(() =>
    expect(mail.mails.map(({ from, to }) => [from, to])).toEqual([['beta@example.com', ['ops@example.com']]]),
  )

  // RATE_LIMIT_PER_MINUTE: each token's own.
  const { token } = await api.must<{ token: string }>(
    'POST',
    '/v1/tokens',
    { name: 'crm', scopes: ['rosters:read'] },
    201,
  )
  const crm = createApi(api.url, token)
  const answers = await Promise.all(Array.from({ length: REQUESTS_A_MINUTE + 5 }, () => crm.get('/v1/rosters')))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(REQUESTS_A_MINUTE)
  expect(answers.filter(({ body }) => body['code'] === 'rate_limited')).toHaveLength(5)
  expect((await api.get('/v1/rosters')).status).toBe(200)

  // ADMIN_TOKEN: one of fewer than 32 characters is warned of, without being repeated.
  expect(stack.output()).toContain('"admin_token.short"')
  expect(stack.output()).not.toContain(ADMIN_TOKEN)

  // LOG_LEVEL: a line a request is of level info.
  expect(stack.output()).not.toContain('request.done')
  mail.close()
})

it(
  'passes on to the API what callers may have of Apple, what it remembers, and where addresses stand',
  { timeout: 180_000 },
  async () => {
    await using stack = await startStack({
      workers: 0,
      roster: { scimGroup: 'Testers' },
      env: { API_QUOTA_PERCENT: '1', EVENT_DEDUP_DAYS: '1', SCIM_EMAIL_ATTRIBUTE: 'nickName' },
    })
    const { api, emulator } = stack

    // API_QUOTA_PERCENT: of the 3,600 calls of an hour 36, where without it they would be 180.
    let answer = await api.request('POST', '/v1/team-keys/acme/check')
    for (let at = 0; at < 36 && answer.status === 200; at++)
      answer = await api.request('POST', '/v1/team-keys/acme/check')
    expect([answer.status, answer.body['code']]).toEqual([429, 'rate_limited'])
    expect(emulator.calls().length).toBeLessThanOrEqual(36)

    // EVENT_DEDUP_DAYS: an id is known for a period more than that, and 14 days without it.
    await api.must(
      'POST',
      '/v1/events',
      { id: 'e-1', type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1' } } },
      202,
    )
    const store = new Redis(stack.redis.url)
    const marks = await store.keys('fr:{acme}:marks:*')
    const lives = await Promise.all(marks.map((key) => store.ttl(key)))
    store.disconnect()
    expect(lives.length).toBeGreaterThan(0)
    expect(lives.filter((life) => life <= 0 || life > 3 * 86_400)).toEqual([])

    // SCIM_EMAIL_ATTRIBUTE.
    const made = await api.must<{ token: string }>('POST', '/v1/tokens', { name: 'idp', scopes: ['scim'] }, 201)
    const scim = createApi(api.url, made.token)
    const user = { userName: 'ann@example.com', nickName: 'ann@icloud.example', active: true }
    const { id } = await scim.must<{ id: string }>('POST', '/scim/v2/Users', user, 201)
    await scim.must('POST', '/scim/v2/Groups', { displayName: 'Testers', members: [{ value: id }] }, 201)
    const member = await api.must<{ email: string }>('GET', `/v1/rosters/gold/members/${id}`, undefined, 200)
    expect(member.email).toBe('ann@icloud.example')
  },
)
