import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

const SLACK = { kind: 'slack', target: 'https://hooks.slack.com/services/T0/B0/secret', types: ['roster.held'] }

describe('the notices', () => {
  it('are made, read, changed, tested and deleted, and show no target', async () => {
    const made = await api.call('PUT', '/v1/notices/ops', SLACK)
    expect(made.statusCode).toBe(201)
    expect(made.json()).toMatchObject({
      id: 'ops',
      kind: 'slack',
      target: 'https://hooks.slack.com/…',
      types: ['roster.held'],
      rosters: null,
      lastSent: null,
      lastError: null,
    })
    expect((await api.call('PUT', '/v1/notices/ops', { ...SLACK, rosters: ['gold'] })).statusCode).toBe(200)
    expect((await api.call('GET', '/v1/notices')).json()).toMatchObject({ items: [{ id: 'ops', rosters: ['gold'] }] })
    expect((await api.call('POST', '/v1/notices/ops/test')).statusCode).toBe(202)
    const one = await api.call('GET', '/v1/notices/ops')
    expect(one.body).not.toContain('secret')
    expect((await api.call('DELETE', '/v1/notices/ops')).statusCode).toBe(204)
    for (const [method, url] of [
      ['GET', '/v1/notices/ops'],
      ['DELETE', '/v1/notices/ops'],
      ['POST', '/v1/notices/ops/test'],
    ] as const) {
      expect((await api.call(method, url)).statusCode).toBe(404)
    }
  })

  it('refuse what can’t be told or sent to', async () => {
    const statusOf = async (change: object) => {
      const answer = await api.call('PUT', '/v1/notices/bad', { ...SLACK, ...change })
      return [answer.statusCode, answer.json().code]
    }
    expect(await statusOf({ target: 'http://127.0.0.1:9/x' })).toEqual([422, 'url_not_allowed'])
    expect(await statusOf({ kind: 'email', target: 'nobody' })).toEqual([422, 'address_invalid'])
    expect(await statusOf({ kind: 'fax' })).toEqual([400, 'request_invalid'])
    expect(await statusOf({ types: ['roster.exploded'] })).toEqual([400, 'request_invalid'])
    expect(await statusOf({ wat: 1 })).toEqual([400, 'request_invalid'])
  })
})
