import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const RULE = { 'type:roster.held': 'on', rosters: 'gold, silver' }

describe('webhooks in the console', () => {
  it('are made with the secret shown once, changed, tested, replayed and deleted', async () => {
    const url = 'https://hooks.example.com/x'
    const made = await ann.post('/console/webhooks', { id: 'crm', url, ...RULE })
    expect([made.statusCode, made.body]).toEqual([200, expect.stringContaining('whsec_')])
    expect((await ann.get('/console/webhooks/crm')).body).not.toContain('whsec_')
    expect((await api.call('GET', '/v1/webhooks/crm')).json()).toMatchObject({
      url,
      types: ['roster.held'],
      rosters: ['gold', 'silver'],
    })
    expect((await ann.post('/console/webhooks', { id: 'crm', url, ...RULE })).statusCode).toBe(409)
    const changed = await ann.post('/console/webhooks/crm', { url, 'type:build.available': 'on', rosters: '' })
    expect(changed.statusCode).toBe(303)
    expect((await api.call('GET', '/v1/webhooks/crm')).json()).toMatchObject({
      types: ['build.available'],
      rosters: null,
    })
    await ann.post('/console/webhooks/crm/test')
    const [sent] = (await api.call('GET', '/v1/webhooks/crm/deliveries')).json().items
    expect((await ann.get('/console/webhooks/crm')).body).toContain(`/deliveries/${sent.id}/replay`)
    const replays = `/console/webhooks/crm/deliveries`
    expect((await ann.post(`${replays}/${sent.id}/replay`)).statusCode).toBe(303)
    expect((await ann.post(`${replays}/msg_none/replay`)).statusCode).toBe(404)
    expect((await ann.post('/console/webhooks/crm/rotate-secret')).body).toContain('whsec_')
    expect((await ann.post('/console/webhooks/crm/delete')).headers.location).toBe('/console/webhooks?done=delete')
    expect((await api.call('GET', '/v1/webhooks/crm')).statusCode).toBe(404)
  })

  it('say what is wrong with a form, and keep what was typed', async () => {
    const bad = await ann.post('/console/webhooks', { id: 'crm', url: 'http://127.0.0.1/typed', ...RULE })
    expect([bad.statusCode, bad.body]).toEqual([422, expect.stringContaining('http://127.0.0.1/typed')])
    const none = await ann.post('/console/webhooks', { id: 'crm', url: 'https://hooks.example.com/x' })
    expect([none.statusCode, none.body]).toEqual([422, expect.stringContaining('at least one thing')])
    expect((await ann.post('/console/webhooks', { id: 'a b', url: 'https://x.example.com', ...RULE })).statusCode).toBe(
      422,
    )
  })
})

describe('notices in the console', () => {
  it('are made, changed, tested and deleted, and never show their target', async () => {
    const target = 'https://hooks.slack.com/services/T0/secret'
    const made = await ann.post('/console/notices', { id: 'ops', kind: 'slack', target, ...RULE })
    expect([made.statusCode, made.headers.location]).toEqual([303, '/console/notices/ops?done=put'])
    expect((await ann.get('/console/notices/ops')).body).not.toContain('T0/secret')
    const mail = { kind: 'email', target: 'ops@example.com', ...RULE }
    expect((await ann.post('/console/notices/ops', mail)).statusCode).toBe(303)
    expect((await ann.post('/console/notices/ops', { ...mail, target: 'nobody' })).statusCode).toBe(422)
    expect((await ann.post('/console/notices/ops/test')).statusCode).toBe(303)
    const { items } = await api.store.deliveries('notice:ops').list({ limit: 9, after: undefined })
    expect(items.map(({ delivery }) => delivery.fact.type)).toEqual(['webhook.test'])
    expect((await ann.get('/console/notices')).body).toContain('o…@e….com')
    expect((await ann.post('/console/notices/ops/delete')).statusCode).toBe(303)
    expect((await ann.get('/console/notices/ops')).statusCode).toBe(404)
  })
})

it('are for operators alone', async () => {
  for (const url of ['/console/webhooks', '/console/notices']) {
    expect((await bob.get(url)).statusCode).toBe(403)
    expect((await bob.post(url, { id: 'x', ...RULE })).statusCode).toBe(403)
  }
})
