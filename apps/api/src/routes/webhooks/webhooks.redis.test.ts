import { createDeliveryLine, createFacts } from '@flightroster/core/store'
import { createUrlGuard } from '@flightroster/core/callbacks'
import { createWebhookDirectory, tellFacts, tryDelivery } from '@flightroster/core/usecases/callbacks'
import { startReceiver, type Receiver, ownNames } from '@flightroster/core/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi
let receiver: Receiver

beforeAll(async () => {
  api = await serveApi()
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  await api.close()
})
beforeEach(async () => {
  api.deps.urlGuard = createUrlGuard({ allowPrivate: false, resolve: ownNames })
  await api.connection.flushall()
})

const url = 'https://93.184.216.34/hook'
const put = (body: object = {}, id = 'crm') =>
  api.call('PUT', `/v1/webhooks/${id}`, { url, types: ['member.*', 'build.available'], ...body })

describe('PUT /v1/webhooks/{webhookId}', () => {
  it('answers 201 with the secret once, then 200 without it', async () => {
    const made = await put()
    expect(made.statusCode).toBe(201)
    expect(made.json()).toEqual({
      id: 'crm',
      url,
      types: ['member.*', 'build.available'],
      rosters: null,
      includeEmail: false,
      includeLink: false,
      status: 'active',
      failingSince: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
      secret: expect.stringMatching(/^whsec_/),
    })
    const changed = await put({ types: ['roster.held'], rosters: ['gold'], includeEmail: true })
    expect(changed.statusCode).toBe(200)
    expect(changed.json()).toMatchObject({ types: ['roster.held'], rosters: ['gold'], includeEmail: true })
    expect(changed.body).not.toContain('secret')
  })

  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::ffff:10.0.0.1]/',
    'http://[fe80::1%25eth0]/',
    'http://169.254.169.254/',
    'http://localhost:6379/',
    'ftp://example.com/',
    'https://ann:secret@example.com/',
  ])('refuses %s as url_not_allowed', async (refused) => {
    const answer = await put({ url: refused })
    expect(answer.statusCode).toBe(422)
    expect(answer.json().code).toBe('url_not_allowed')
    expect((await api.call('GET', '/v1/webhooks/crm')).statusCode).toBe(404)
  })

  it('takes a name that does not resolve', async () => {
    expect((await put({ url: 'https://not-yet.invalid/hook' })).statusCode).toBe(201)
  })

  it('does not wait long for name servers that do not answer', async () => {
    api.deps.urlGuard = createUrlGuard({ allowPrivate: false, resolve: () => new Promise(() => {}) })
    const begun = Date.now()
    expect((await put({ url: 'https://slow.example/hook' })).statusCode).toBe(201)
    expect(Date.now() - begun).toBeLessThan(15_000)
  })

  it('refuses a name that stands for a private address', async () => {
    api.deps.urlGuard = createUrlGuard({ allowPrivate: false, resolve: async () => ['10.0.0.8'] })
    expect((await put({ url: 'https://hook.example/' })).json().code).toBe('url_not_allowed')
  })

  it('names every fault of the body by its place', async () => {
    const answer = await put({ url: 'hook', types: ['member.invited', 'member.gone'], rosters: ['a b'], secret: 'x' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/url', '/types/1', '/rosters/0', '/secret']),
    )
  })

  it.each([
    { types: [] },
    { types: ['webhook.test'] },
    { types: 'member.*' },
    { rosters: [] },
    { includeEmail: 'yes' },
  ])('answers 400 to %j', async (body) => {
    expect((await put(body)).statusCode).toBe(400)
  })

  it('answers 400 to an id that is not valid', async () => {
    expect((await put({}, 'a%20b')).statusCode).toBe(400)
  })
})

describe('webhooks', () => {
  it('are listed and read without a secret, and deleted', async () => {
    await put()
    await put({}, 'other')
    const list = await api.call('GET', '/v1/webhooks?limit=1')
    expect(list.json().items).toHaveLength(1)
    const rest = await api.call('GET', `/v1/webhooks?cursor=${list.json().nextCursor}`)
    expect(rest.json().items.map(({ id }: { id: string }) => id)).toEqual(['other'])
    const one = await api.call('GET', '/v1/webhooks/crm')
    expect(one.json()).toMatchObject({ id: 'crm', status: 'active' })
    expect(`${list.body}${rest.body}${one.body}`).not.toContain('whsec')
    expect((await api.call('DELETE', '/v1/webhooks/crm')).statusCode).toBe(204)
    expect((await api.call('GET', '/v1/webhooks/crm')).statusCode).toBe(404)
    expect((await api.call('DELETE', '/v1/webhooks/crm')).statusCode).toBe(404)
  })

  it('get another secret on request', async () => {
    const made = await put()
    const rotated = await api.call('POST', '/v1/webhooks/crm/rotate-secret')
    expect(rotated.statusCode).toBe(200)
    expect(rotated.json().secret).toMatch(/^whsec_/)
    expect(rotated.json().secret).not.toBe(made.json().secret)
  })

  it.each([
    ['GET', '/v1/webhooks/none'],
    ['POST', '/v1/webhooks/none/test'],
    ['POST', '/v1/webhooks/none/rotate-secret'],
    ['GET', '/v1/webhooks/none/deliveries'],
    ['POST', '/v1/webhooks/none/deliveries/msg_1/replay'],
  ] as const)('that are unknown answer 404 to %s %s', async (method, path) => {
    expect((await api.call(method, path)).statusCode).toBe(404)
  })
})

async function deliver(): Promise<void> {
  const { claims } = await createDeliveryLine(api.connection).claim('crm', { now: Date.now(), max: 10 })
  const { signal } = new AbortController()
  await Promise.all(claims.map((claim) => tryDelivery({ ...api.deps, random: Math.random, signal }, claim)))
}

describe('deliveries', () => {
  it('show what was tried and come again on replay, under their id', async () => {
    api.deps.urlGuard = createUrlGuard({ allowPrivate: true, resolve: ownNames })
    await put({ url: receiver.url })
    const test = await api.call('POST', '/v1/webhooks/crm/test')
    expect(test.statusCode).toBe(202)
    expect(test.json()).toEqual({
      id: expect.stringMatching(/^msg_/),
      type: 'webhook.test',
      status: 'pending',
      attempts: [],
      nextAttemptAt: expect.any(String),
    })
    const roster = { roster: 'gold', sequence: 1, problem: null, at: Date.now() }
    const facts = createFacts(api.connection, 'acme')
    await facts.add([
      { type: 'member.invited', member: 'u-17', status: 'invited', ...roster },
      { type: 'roster.held', ...roster },
      { type: 'build.available', build: { id: 'b', version: '1', number: '2', expiresAt: null }, ...roster },
    ])
    await tellFacts({ ...api.deps, directory: createWebhookDirectory(api.deps) }, 'acme')
    await deliver()
    const { items } = (await api.call('GET', '/v1/webhooks/crm/deliveries')).json()
    expect(items.map(({ type }: { type: string }) => type)).toEqual([
      'build.available',
      'member.invited',
      'webhook.test',
    ])
    const attempt = { at: expect.any(String), status: 204, durationMs: expect.any(Number), answer: '' }
    expect(items[1]).toEqual({
      id: expect.any(String),
      type: 'member.invited',
      roster: 'gold',
      member: 'u-17',
      status: 'delivered',
      attempts: [attempt],
      nextAttemptAt: null,
    })
    const replayed = await api.call('POST', `/v1/webhooks/crm/deliveries/${items[1].id}/replay`)
    expect(replayed.statusCode).toBe(202)
    expect(replayed.json()).toMatchObject({ id: items[1].id, status: 'pending', nextAttemptAt: expect.any(String) })
    await deliver()
    expect(receiver.received.filter(({ id }) => id === items[1].id)).toHaveLength(2)
    expect((await api.call('POST', '/v1/webhooks/crm/deliveries/msg_none/replay')).statusCode).toBe(404)
  })
})
