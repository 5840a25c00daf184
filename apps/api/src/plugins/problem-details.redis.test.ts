import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
  await api.addRoster()
})
afterAll(() => api.close())

describe('a refusal', () => {
  it('tells all faults of a body at once, each by its pointer', async () => {
    const answer = await api.call('PUT', '/v1/rosters/r', {
      teamKey: 'a b',
      app: { bundleId: 'x', id: 'y' },
      group: { name: '' },
      builds: 'sometimes',
      removalGuard: { percent: 101, atLeas: 3 },
      remval: 'app',
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
    const body = answer.json()
    expect(body).toMatchObject({
      code: 'request_invalid',
      status: 400,
      title: expect.any(String),
      action: expect.any(String),
    })
    const pointers = body.errors.map((fault: { pointer: string }) => fault.pointer)
    expect(pointers).toEqual(
      expect.arrayContaining([
        '/teamKey',
        '/group/name',
        '/builds',
        '/removalGuard/percent',
        '/removalGuard/atLeas',
        '/remval',
      ]),
    )
    expect(pointers.some((pointer: string) => pointer.startsWith('/app'))).toBe(true)
    expect(body.errors.find((fault: { pointer: string }) => fault.pointer === '/remval').code).toBe('unknown_field')
  })

  it('names what is missing as required', async () => {
    const answer = await api.call('PUT', '/v1/rosters/r', {})
    expect(answer.json().errors).toEqual(
      expect.arrayContaining(
        ['/teamKey', '/app', '/group'].map((pointer) => expect.objectContaining({ pointer, code: 'required' })),
      ),
    )
  })

  it.each([
    ['GET', '/v1/nothing', undefined, 404, 'not_found'],
    ['GET', '/v1/rosters/unknown', undefined, 404, 'not_found'],
    ['GET', '/v1/rosters/a%20b', undefined, 404, 'not_found'],
    ['PUT', '/v1/team-keys/a%20b', '{}', 400, 'request_invalid'],
    ['PATCH', '/v1/rosters/gold', undefined, 405, 'method_not_allowed'],
    ['POST', '/healthz', undefined, 405, 'method_not_allowed'],
    ['GET', '/v1/rosters?limi=1', undefined, 400, 'request_invalid'],
    ['GET', '/v1/rosters?limit=1001', undefined, 400, 'request_invalid'],
    ['GET', '/v1/rosters?limit=1&limit=2', undefined, 400, 'request_invalid'],
    ['GET', '/v1/rosters?cursor=abc', undefined, 400, 'request_invalid'],
    ['GET', '/v1/rosters/gold/members/%ff', undefined, 400, 'request_invalid'],
    ['POST', '/v1/rosters/gold/pause', '{"x":1}', 400, 'request_invalid'],
    ['PUT', '/v1/rosters/gold/members/u', '{"email":"a@example.com","email":"b@example.com"}', 400, 'request_invalid'],
    ['PUT', '/v1/rosters/gold/members/u', '{"__proto__":{"email":"a@example.com"}}', 400, 'request_invalid'],
    ['PUT', '/v1/rosters/gold/members/u', '{"email":', 400, 'request_invalid'],
    ['PUT', '/v1/rosters/gold/members/u', '', 400, 'request_invalid'],
    ['PUT', '/v1/rosters/gold/members/u', `{"firstName":"${'x'.repeat(1_100_000)}"}`, 413, 'body_too_large'],
  ] as const)('answers %s %s with its own status and code', async (method, url, body, status, code) => {
    const answer = await api.call(method, url, body)
    expect([answer.statusCode, answer.json().code, answer.json().status]).toEqual([status, code, status])
  })

  it('names the methods that a path takes', async () => {
    expect((await api.call('POST', '/v1/rosters/gold')).headers['allow']).toBe('DELETE, GET, HEAD, PUT')
  })

  it('refuses another media type, another charset and a compressed body', async () => {
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=iso-8859-1' },
      { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    ]) {
      const answer = await api.call('PUT', '/v1/rosters/gold/members/u', '{}', headers as Record<string, string>)
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'media_type_unsupported'])
    }
  })

  it.each([
    [
      'PUT',
      '/v1/rosters/gold/members/u',
      'text/plain',
      'The Content-Type "text/plain" is not supported here; send application/json.',
    ],
    ['PUT', '/v1/rosters/gold/members/u', '', 'The body has no Content-Type; send application/json.'],
    [
      'POST',
      '/v1/events',
      'text/xml',
      'The Content-Type "text/xml" is not supported here; send application/json or application/cloudevents+json',
    ],
  ] as const)('of %s %s as "%s" says what was sent and what is taken', async (method, url, type, detail) => {
    const answer = await api.call(method, url, '{}', { 'content-type': type })
    expect([answer.statusCode, answer.json().detail]).toEqual([415, expect.stringContaining(detail)])
  })

  it.each(['\u00a0{}', '\ufeff\ufeff{}', '{}\u2003', '{"email":\u3000null}'])(
    'says where a letter stands that only looks like a blank: %j',
    async (body) => {
      const { detail } = (await api.call('PUT', '/v1/rosters/gold/members/u', body)).json()
      expect(detail).toMatch(/^The body is not JSON: unexpected character at line 1, column \d+\.$/)
    },
  )

  it('says where JSON breaks without repeating what was sent', async () => {
    const answer = await api.call('PUT', '/v1/rosters/gold/members/u', '{\n  "email": planted@example.com }')
    expect(answer.json().detail).toBe('The body is not JSON: unexpected character at line 2, column 12.')
    expect(answer.body).not.toContain('planted')
  })
})
