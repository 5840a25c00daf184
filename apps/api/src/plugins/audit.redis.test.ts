import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '@flightroster/core/errors'
import { globalKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../testing/apple.ts'
import { makeDashboard } from '../../testing/visitor.ts'

let api: TestApiWithApple
beforeAll(async () => {
  api = await serveApiWithApple(
    {
      seed: {
        apps: [
          { id: '1', bundleId: 'com.acme.app', groups: [{ id: 'gold', name: 'Gold' }], builds: [{ groups: ['gold'] }] },
        ],
      },
    },
    { dashboard: await makeDashboard() },
  )
  await api.putTeamKey()
  await call('PUT', '/v1/rosters/gold', roster)
})
afterAll(() => api.close())

const roster = { teamKey: 'acme', app: { bundleId: 'com.acme.app' }, group: { name: 'Gold' } }
const RULE = { notAcceptedDays: 30, notInstalledDays: null, noSessionDays: null, graceDays: 7, reclaim: 'never' }
const source = {
  kind: 'generic',
  map: '$',
  rosters: { a: 'gold' },
  signature: { header: 'x-s', algorithm: 'sha256', encoding: 'hex', prefix: '' },
}
const webhook = { url: 'https://hooks.example.com/x', types: ['member.*'], rosters: ['gold'], includeEmail: false }
const list = { members: [{ id: 'u-1', email: 'ann@example.com', firstName: 'Ann', lastName: null }] }

async function call(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown) {
  const answer = await api.call(method, path, body)
  expect(answer.statusCode, `${method} ${path}: ${answer.body}`).toBeLessThan(300)
  return answer
}
const entries = async () => (await api.call('GET', '/v1/audit?limit=1000')).json().items.length as number

const notice = { kind: 'slack', target: 'https://hooks.example.com/x', types: ['roster.held'] }

interface Idle {
  route: string
  /** Makes everything as the request will ask for. */
  before?: () => Promise<unknown>
  again: () => Promise<unknown>
}

/** Asked for what is so already, or for a look only. */
const IDLE: Idle[] = [
  { route: 'PUT /v1/team-keys/{teamKeyId}', again: () => api.putTeamKey() },
  {
    route: 'POST /v1/team-keys/{teamKeyId}/check',
    before: () => call('POST', '/v1/team-keys/acme/check'),
    again: () => call('POST', '/v1/team-keys/acme/check'),
  },
  {
    route: 'POST /v1/team-keys/{teamKeyId}/pause',
    before: () => call('POST', '/v1/team-keys/acme/pause'),
    again: () => call('POST', '/v1/team-keys/acme/pause'),
  },
  {
    route: 'POST /v1/team-keys/{teamKeyId}/resume',
    before: () => call('POST', '/v1/team-keys/acme/resume'),
    again: () => call('POST', '/v1/team-keys/acme/resume'),
  },
  { route: 'PUT /v1/rosters/{rosterId}', again: () => call('PUT', '/v1/rosters/gold', roster) },
  {
    route: 'POST /v1/rosters/{rosterId}/pause',
    before: () => call('POST', '/v1/rosters/gold/pause'),
    again: () => call('POST', '/v1/rosters/gold/pause'),
  },
  {
    route: 'POST /v1/rosters/{rosterId}/resume',
    before: () => call('POST', '/v1/rosters/gold/resume'),
    again: () => call('POST', '/v1/rosters/gold/resume'),
  },
  { route: 'POST /v1/rosters/{rosterId}/retry', again: () => call('POST', '/v1/rosters/gold/retry') },
  {
    route: 'PUT /v1/rosters/{rosterId}/members',
    before: () => call('PUT', '/v1/rosters/gold/members', list),
    again: () => call('PUT', '/v1/rosters/gold/members', list),
  },
  {
    route: 'POST /v1/rosters/{rosterId}/members/{memberId}/protect',
    before: () => call('POST', '/v1/rosters/gold/members/u-1/protect'),
    again: () => call('POST', '/v1/rosters/gold/members/u-1/protect'),
  },
  {
    route: 'POST /v1/rosters/{rosterId}/members/{memberId}/unprotect',
    before: () => call('POST', '/v1/rosters/gold/members/u-1/unprotect'),
    again: () => call('POST', '/v1/rosters/gold/members/u-1/unprotect'),
  },
  {
    route: 'POST /v1/rosters/{rosterId}/idle/reclaim',
    before: () => call('PUT', '/v1/rosters/gold', { ...roster, idle: RULE }),
    again: () => call('POST', '/v1/rosters/gold/idle/reclaim', { dryRun: true }),
  },
  {
    route: 'POST /v1/rosters/{rosterId}/reconciliations',
    again: () => call('POST', '/v1/rosters/gold/reconciliations', { dryRun: true }),
  },
  {
    route: 'PUT /v1/rosters/{rosterId}/apple-webhook',
    before: () => call('PUT', '/v1/rosters/gold/apple-webhook'),
    again: () => call('PUT', '/v1/rosters/gold/apple-webhook'),
  },
  { route: 'DELETE /v1/people', again: () => call('DELETE', '/v1/people?email=nobody%40example.com') },
  {
    route: 'PUT /v1/webhooks/{webhookId}',
    before: () => call('PUT', '/v1/webhooks/w', webhook),
    again: () => call('PUT', '/v1/webhooks/w', webhook),
  },
  { route: 'POST /v1/webhooks/{webhookId}/test', again: () => call('POST', '/v1/webhooks/w/test') },
  {
    route: 'PUT /v1/notices/{noticeId}',
    before: () => call('PUT', '/v1/notices/n', notice),
    again: () => call('PUT', '/v1/notices/n', notice),
  },
  { route: 'POST /v1/notices/{noticeId}/test', again: () => call('POST', '/v1/notices/n/test') },
  {
    route: 'PUT /v1/sources/{sourceId}',
    before: () => call('PUT', '/v1/sources/s', { ...source, secret: 'secret-of-sender' }),
    again: () => call('PUT', '/v1/sources/s', { ...source, secret: 'secret-of-sender' }),
  },
  {
    route: 'POST /v1/sources/{sourceId}/try',
    again: () =>
      call('POST', '/v1/sources/s/try', { type: 'member.left', data: { roster: 'gold', member: { id: 'x' } } }),
  },
  {
    route: 'DELETE /v1/rosters/{rosterId}',
    before: () => call('DELETE', '/v1/rosters/gold?testers=remove'),
    again: () => call('DELETE', '/v1/rosters/gold?testers=remove'),
  },
]

/** What these ask for can't be so already: the second time is another change, or refused. */
const ALWAYS_A_CHANGE = [
  'DELETE /v1/team-keys/{teamKeyId}',
  'DELETE /v1/rosters/{rosterId}/apple-webhook',
  'POST /v1/rosters/{rosterId}/reconciliations/{reconciliationId}/approve',
  'POST /v1/rosters/{rosterId}/reconciliations/{reconciliationId}/reject',
  'POST /v1/tokens',
  'DELETE /v1/tokens/{tokenId}',
  'DELETE /v1/webhooks/{webhookId}',
  'POST /v1/webhooks/{webhookId}/rotate-secret',
  'POST /v1/webhooks/{webhookId}/deliveries/{deliveryId}/replay',
  'DELETE /v1/notices/{noticeId}',
  'DELETE /v1/sources/{sourceId}',
]
/** Of these a member's timeline, or the source's own list, tells. */
const TOLD_ELSEWHERE =
  /^(POST \/v1\/(events|apple-webhooks\/.*|sources\/.*\/receive)|.* \/v1\/rosters\/{rosterId}\/members\/(?!.*protect$).*)$/

describe('the audit of what changed nothing', () => {
  it.each(IDLE.map((one) => [one.route, one] as const))('is empty: %s', async (_route, { before, again }) => {
    await before?.()
    const known = await entries()
    await again()
    expect(known).toBeGreaterThan(0)
    expect(await entries()).toBe(known)
  })

  it('leaves word of a change while it is under way, and nothing of it afterwards, carried out or refused', async () => {
    const begun = async () => Object.values(await api.connection.hgetall(globalKeys.auditBegun))
    expect(await begun()).toEqual([])
    const { webhooks } = api.deps.store
    const insert = vi.spyOn(webhooks, 'insert').mockImplementation(async () => {
      expect((await begun()).map((json) => JSON.parse(json))).toMatchObject([
        { action: 'webhook.put', target: 'webhook:under-way' },
      ])
      throw new AppError('conflict')
    })
    expect((await api.call('PUT', '/v1/webhooks/under-way', webhook)).statusCode).toBe(409)
    expect(insert).toHaveBeenCalledOnce()
    insert.mockRestore()
    expect(await begun()).toEqual([])
  })

  it('was asked of every route that writes', () => {
    const file = resolve(import.meta.dirname, '../../openapi.json')
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as { paths: Record<string, Record<string, unknown>> }
    const writing = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => ['put', 'post', 'delete', 'patch'].includes(method))
        .map((method) => `${method.toUpperCase()} ${path}`),
    )
    const audited = writing.filter((route) => route.includes(' /v1/') && !TOLD_ELSEWHERE.test(route))
    expect([...IDLE.map(({ route }) => route), ...ALWAYS_A_CHANGE].sort()).toEqual(audited.sort())
  })
})
