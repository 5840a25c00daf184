import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { security?: unknown[] }>>
}
const PUBLIC = ['GET /healthz', 'GET /readyz', 'GET /metrics', 'POST /v1/apple-webhooks/{registrationId}']
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { security }]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase() as 'GET',
    url: path.replaceAll(/\{\w+\}/g, 'any'),
    isPublic: security?.length === 0,
  })),
)

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

describe('who may call', () => {
  it('has no public route beside those that are meant to be', () => {
    expect(
      routes
        .filter((route) => route.isPublic)
        .map((route) => route.name)
        .sort(),
    ).toEqual([...PUBLIC].sort())
  })

  it.each(routes.filter((route) => !route.isPublic))(
    'answers 401 to $name without a token and with a wrong one',
    async ({ method, url }) => {
      for (const authorization of ['', 'Bearer', 'Bearer wrong-token', `Bearer ${'x'.repeat(5_000)}`, 'Basic YTpi']) {
        const answer = await api.call(method, url, undefined, { authorization })
        expect([answer.statusCode, answer.json().code]).toEqual([401, 'unauthenticated'])
        expect(answer.headers['www-authenticate']).toBe('Bearer')
      }
    },
  )

  it('looks at the token before it reads a body', async () => {
    const answer = await api.call('PUT', '/v1/rosters/gold', '{"broken', { authorization: 'Bearer wrong' })
    expect(answer.statusCode).toBe(401)
  })

  it('takes the scheme in any case', async () => {
    const answer = await api.call('GET', '/v1/rosters', undefined, { authorization: 'bEARER admin-token-of-tests' })
    expect(answer.statusCode).toBe(200)
  })

  it('refuses to start with a route that declares no scope', async () => {
    const other = await serveApi()
    expect(() => other.app.get('/forgotten', async () => 'x')).toThrow('declares no scope')
    await other.close()
  })
})
