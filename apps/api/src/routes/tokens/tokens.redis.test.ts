import { createAudit, globalKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
  await api.addRoster({ id: 'silver', group: { id: 'g-silver', name: 'Silver' } })
})

const make = async (scopes: string[], rosters: string[] | null = null, name = 'crm') =>
  (await api.call('POST', '/v1/tokens', { name, scopes, rosters })).json()
const as = (token: string) => ({ authorization: `Bearer ${token}` })

describe('a token', () => {
  it('is shown once and kept only as a hash', async () => {
    const answer = await api.call('POST', '/v1/tokens', { name: 'crm', scopes: ['events:write'], rosters: ['gold'] })
    expect([answer.statusCode, answer.json()]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'crm',
        scopes: ['events:write'],
        rosters: ['gold'],
        createdAt: expect.any(String),
        lastUsedAt: null,
        token: expect.stringMatching(/^frt_[\w-]{43}$/),
      },
    ])
    const { token, ...shown } = answer.json()
    expect((await api.call('GET', '/v1/tokens')).json()).toEqual({ items: [shown], nextCursor: null })
    const secret = token.slice(4)
    expect(JSON.stringify(await api.connection.hgetall(globalKeys.tokens))).not.toContain(secret)
    expect(api.logged.join('')).not.toContain(secret)
  })

  it('is noted as used, once a minute at most', async () => {
    const { token } = await make(['rosters:read'])
    for (let i = 0; i < 3; i++) await api.call('GET', '/v1/rosters', undefined, as(token))
    const [{ lastUsedAt }] = (await api.call('GET', '/v1/tokens')).json().items
    expect(Date.now() - Date.parse(lastUsedAt)).toBeLessThan(60_000)
    await api.connection.del(globalKeys.tokenUses)
    await api.call('GET', '/v1/rosters', undefined, as(token))
    expect((await api.call('GET', '/v1/tokens')).json().items[0].lastUsedAt).toBeNull()
  })

  it('is of no use once it is taken back', async () => {
    const { token, id } = await make(['rosters:read'])
    expect((await api.call('DELETE', `/v1/tokens/${id}`)).statusCode).toBe(204)
    expect((await api.call('GET', '/v1/rosters', undefined, as(token))).statusCode).toBe(401)
    expect((await api.call('DELETE', `/v1/tokens/${id}`)).statusCode).toBe(404)
  })

  it('bound to a roster sees no other, in lists and events either, and asks of no person over all', async () => {
    const all = ['events:write', 'rosters:read', 'rosters:write']
    const { token } = await make(all, ['gold'])
    for (const roster of ['gold', 'silver']) {
      await api.call('PUT', `/v1/rosters/${roster}/members/u`, { email: 'ann@example.com' })
    }
    const rosters = (await api.call('GET', '/v1/rosters', undefined, as(token))).json().items
    expect(rosters.map(({ id }: { id: string }) => id)).toEqual(['gold'])
    const people = await api.call('GET', '/v1/people?email=ann@example.com', undefined, as(token))
    expect([people.statusCode, people.json().code]).toEqual([403, 'scope_missing'])
    const event = (roster: string) => ({ type: 'member.left', data: { roster, member: { id: 'u' } } })
    const { events } = (await api.call('POST', '/v1/events', [event('gold'), event('silver')], as(token))).json()
    expect(events.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'rejected'])
  })

  it('bound to rosters makes no token, however much it may do there', async () => {
    const { token } = await make(['admin'], ['gold'])
    const answer = await api.call('POST', '/v1/tokens', { name: 'more', scopes: ['admin'] }, as(token))
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'scope_missing'])
    expect((await api.call('GET', '/v1/rosters/gold', undefined, as(token))).statusCode).toBe(200)
  })

  it('that may write under rosters reads there too', async () => {
    const { token } = await make(['rosters:write'])
    expect((await api.call('GET', '/v1/rosters/gold/members', undefined, as(token))).statusCode).toBe(200)
    expect((await api.call('GET', '/v1/people?email=a@b.c', undefined, as(token))).statusCode).toBe(403)
    expect((await api.call('DELETE', '/v1/rosters/gold', undefined, as(token))).statusCode).toBe(403)
  })

  it.each([
    [{ name: '', scopes: ['admin'] }, '/name'],
    [{ name: 'x', scopes: [] }, '/scopes'],
    [{ name: 'x', scopes: ['everything'] }, '/scopes/0'],
    [{ name: 'x', scopes: ['admin'], rosters: ['a b'] }, '/rosters/0'],
    [{ name: 'x', scopes: ['admin'], roster: ['a'] }, '/roster'],
  ])('is not made of %j', async (body, pointer) => {
    const answer = await api.call('POST', '/v1/tokens', body)
    expect([answer.statusCode, answer.json().errors[0].pointer]).toEqual([400, pointer])
  })
})

describe('the audit log', () => {
  it('names who changed what, whichever route it came by, and no address', async () => {
    const { token, id } = await make(['rosters:write'])
    await api.call('POST', '/v1/rosters/gold/pause', undefined, as(token))
    await api.call('PUT', '/v1/rosters/gold/members', { members: [{ id: 'u', email: 'ann@example.com' }] }, as(token))
    await api.call('DELETE', '/v1/people?email=ann@example.com')
    await api.call('PUT', '/v1/rosters/none/members', { members: [] }, as(token))
    await api.call('DELETE', `/v1/tokens/${id}`)
    const entries = await api.connection.xrange(globalKeys.audit, '-', '+')
    const told = entries.map(([, fields]) => {
      const of = (name: string) => fields[fields.indexOf(name) + 1]
      return [of('actor'), of('action'), of('target'), of('detail')]
    })
    expect(told).toEqual([
      ['token:ADMIN_TOKEN', 'token.create', 'token', 'crm'],
      [`token:${id}`, 'roster.pause', 'roster:gold', ''],
      [`token:${id}`, 'roster.put-members', 'roster:gold', ''],
      ['token:ADMIN_TOKEN', 'person.delete', 'person', ''],
      ['token:ADMIN_TOKEN', 'token.delete', `token:${id}`, ''],
    ])
  })
})

describe('the audit log under attack', () => {
  const entries = async () =>
    (await api.call('GET', '/v1/audit?limit=1000')).json().items as { action: string; actor: string }[]

  it('is written nothing where nothing changed', async () => {
    const { token } = await make(['admin'], ['gold'])
    const before = (await entries()).length
    const hook = { url: 'https://hooks.example.com/x', types: ['*'], rosters: ['gold'] }
    await api.call('PUT', '/v1/webhooks/crm', hook, as(token))
    await api.call('POST', '/v1/rosters/gold/pause', undefined, as(token))
    for (let at = 0; at < 5; at++) {
      await api.call('POST', '/v1/rosters/gold/pause', undefined, as(token))
      await api.call('PUT', '/v1/webhooks/crm', hook, as(token))
      await api.call('POST', '/v1/webhooks/crm/test', undefined, as(token))
      await api.call('POST', '/v1/rosters/gold/retry', undefined, as(token))
      await api.call('POST', '/v1/team-keys/acme/resume')
      await api.call('DELETE', '/v1/people?email=nobody@example.com')
    }
    expect((await entries()).length - before).toBe(2)
    await api.call('POST', '/v1/rosters/gold/resume', undefined, as(token))
    await api.call('PUT', '/v1/webhooks/crm', { ...hook, types: ['member.*'] }, as(token))
    expect((await entries()).slice(0, 2).map(({ action }) => action)).toEqual(['webhook.put', 'roster.resume'])
  })

  it("keeps an actor's own newest 10,000, and pushes out nobody else's", async () => {
    const redis = api.connection
    await createAudit(redis).add({ at: 1, actor: 'user:ann', action: 'roster.delete', target: 'roster:x', detail: '' })
    const noise = { at: 2, actor: 'token:noisy', action: 'webhook.put', target: 'webhook:x', detail: '' }
    for (let at = 0; at < 10_500; at += 100) {
      await Promise.all(Array.from({ length: 100 }, () => createAudit(redis).add(noise)))
    }
    const all = await redis.xrange(globalKeys.audit, '-', '+')
    expect(all.length).toBe(10_001)
    expect(JSON.stringify(all[0])).toContain('user:ann')
  })

  it('keeps 90 days, and lets go of what is older', async () => {
    const day = 86_400_000
    const plant = async (days: number, count: number) => {
      for (let at = 0; at < count; at++) {
        const fields = ['at', '1', 'actor', 'user:ann', 'action', 'roster.pause', 'target', `of-${days}`, 'detail', '']
        await api.connection.xadd(globalKeys.audit, `${Date.now() - days * day}-${at + 1}`, ...fields)
      }
    }
    await plant(91, 500)
    await plant(89, 250)
    await make(['rosters:read'])
    const all = JSON.stringify(await api.connection.xrange(globalKeys.audit, '-', '+'))
    expect(all.match(/of-89/g)).toHaveLength(250)
    // The store lets go of whole blocks of a hundred.
    expect(all.match(/of-91/g)?.length ?? 0).toBeLessThan(100)
  })

  it('is exported to its last entry, however many pages that is', async () => {
    for (let at = 0; at < 2_500; at++)
      await createAudit(api.connection).add({ at, actor: 'user:ann', action: 'a', target: `t-${at}`, detail: '' })
    for (const accept of ['text/csv', 'application/x-ndjson']) {
      const { body } = await api.call('GET', '/v1/audit', undefined, { accept })
      const found = [...body.matchAll(/\bt-(\d+)\b/g)].map(([, at]) => Number(at))
      expect([accept, found]).toEqual([accept, Array.from({ length: 2_500 }, (_, at) => 2_499 - at)])
    }
  })

  it('is exported whole, as CSV that no spreadsheet runs and as a line of JSON for each', async () => {
    await make(['rosters:read'], null, '=cmd()')
    const csv = await api.call('GET', '/v1/audit', undefined, { accept: 'text/csv' })
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(csv.body.split('\r\n')[0]).toBe('id,at,actor,action,target,detail')
    expect(csv.body).toContain("token:ADMIN_TOKEN,token.create,token,'=cmd()")
    const lines = await api.call('GET', '/v1/audit', undefined, { accept: 'application/x-ndjson' })
    expect(JSON.parse(lines.body.split('\n')[0] ?? '')).toMatchObject({ actor: 'token:ADMIN_TOKEN', detail: '=cmd()' })
  })

  it.each([
    'ADMIN_TOKEN',
    'admin',
    'System',
    'user:ann',
    'token:ADMIN_TOKEN',
    'ＡＤＭＩＮ',
    'admin\u00a0 token',
    'ＵＳＥＲ：ann',
  ])('is not misled by a token that is called %s', async (name) => {
    const answer = await api.call('POST', '/v1/tokens', { name, scopes: ['rosters:read'] })
    expect([answer.statusCode, answer.json().errors[0].pointer]).toEqual([400, '/name'])
  })
})

describe('requests past the limit of a token', () => {
  it('are answered 429 with the time to wait, while other tokens go on', async () => {
    const limited = await serveApi({ rateLimitPerMinute: 5 })
    const { token } = (await limited.call('POST', '/v1/tokens', { name: 'a', scopes: ['rosters:read'] })).json()
    const answers = []
    for (let i = 0; i < 6; i++) answers.push(await limited.call('GET', '/v1/rosters', undefined, as(token)))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200, 429])
    expect(answers[5]?.json().code).toBe('rate_limited')
    expect(Number(answers[5]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await limited.call('GET', '/v1/rosters')).statusCode).toBe(200)
    expect((await limited.call('GET', '/healthz')).statusCode).toBe(200)
    await limited.close()
  })

  it('are counted one by one, however many come together', async () => {
    const limited = await serveApi({ rateLimitPerMinute: 20 })
    const { token } = (await limited.call('POST', '/v1/tokens', { name: 'a', scopes: ['rosters:read'] })).json()
    const ask = () => limited.call('GET', '/v1/rosters', undefined, as(token))
    const answers = await Promise.all(Array.from({ length: 25 }, ask))
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(20)
    await limited.close()
  })
})
