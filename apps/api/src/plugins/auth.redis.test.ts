import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, { security?: unknown[] }>>
}
const PUBLIC = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  // These two are signed.
  'POST /v1/apple-webhooks/{registrationId}',
  'POST /v1/sources/{sourceId}/receive',
]
const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { security }]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase() as 'GET',
    url: path.replaceAll(/\{\w+\}/g, 'any'),
    isPublic: security?.length === 0,
  })),
)

const closed = routes.filter((route) => !route.isPublic)

const isScim = (name: string) => name.includes(' /scim/')
/** Refusals in SCIM's form have no code; they are told by their status. */
const codeOf = (name: string, answer: { json(): { code?: string; status?: unknown } }, code: string) =>
  isScim(name) && answer.json().code === undefined && typeof answer.json().status === 'string'
    ? code
    : answer.json().code

/** What the contract says of who may call. */
function scopesOf(name: string): string[] {
  const [method, path = ''] = name.split(' ')
  if (isScim(name)) return ['scim']
  if (name === 'POST /v1/events') return ['events:write']
  if (name === 'PUT /v1/rosters/{rosterId}' || name === 'DELETE /v1/rosters/{rosterId}') return []
  if (path.startsWith('/v1/rosters')) return method === 'GET' ? ['rosters:read', 'rosters:write'] : ['rosters:write']
  return path === '/v1/people' && method === 'GET' ? ['rosters:read'] : []
}

/** Webhooks and sources of its own rosters a bound token looks after; bound.redis.test.ts tries those. */
const closedToBound = closed.filter(
  ({ name }) =>
    !name.includes('{rosterId}') && !/\/v1\/(webhooks|notices|sources)/.test(name) && scopesOf(name).length === 0,
)

let api: TestApi
const tokens = new Map<string, string>()
const tokenOf = async (scopes: string[], rosters: string[] | null) => {
  const key = JSON.stringify([scopes, rosters])
  const known = tokens.get(key)
  if (known !== undefined) return known
  const { token } = (await api.call('POST', '/v1/tokens', { name: 'test', scopes, rosters })).json()
  tokens.set(key, token)
  return token as string
}

beforeAll(async () => {
  api = await serveApi()
  await api.addRoster({ id: 'any' })
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

  it.each(closed)('answers 401 to $name without a token and with a wrong one', async ({ name, method, url }) => {
    for (const authorization of ['', 'Bearer', 'Bearer wrong-token', `Bearer ${'x'.repeat(5_000)}`, 'Basic YTpi']) {
      const answer = await api.call(method, url, undefined, { authorization })
      expect([answer.statusCode, codeOf(name, answer, 'unauthenticated')]).toEqual([401, 'unauthenticated'])
      expect(answer.headers['www-authenticate']).toBe('Bearer')
    }
  })

  it.each(closed)('answers 403 to $name with every scope that is too little', async ({ name, method, url }) => {
    const enough = scopesOf(name)
    for (const scope of ['events:write', 'rosters:read', 'rosters:write', 'scim'].filter(
      (one) => !enough.includes(one),
    )) {
      const token = await tokenOf([scope], null)
      const answer = await api.call(method, url, undefined, { authorization: `Bearer ${token}` })
      expect([scope, answer.statusCode, codeOf(name, answer, 'scope_missing')]).toEqual([scope, 403, 'scope_missing'])
    }
    for (const scope of enough.slice(0, name.startsWith('DELETE') ? 0 : 1)) {
      const token = await tokenOf([scope], null)
      const answer = await api.call(method, url, undefined, { authorization: `Bearer ${token}` })
      expect([401, 403]).not.toContain(answer.statusCode)
    }
  })

  it.each(closed.filter(({ name }) => name.includes('{rosterId}')))(
    'answers 404 to $name with the token of another roster, as if this one were not there',
    async ({ method, url }) => {
      const token = await tokenOf(['admin', 'rosters:read', 'rosters:write'], ['other'])
      const [known, unknown] = await Promise.all(
        [url, url.replace('/any', '/none')].map((path) =>
          api.call(method, path, undefined, { authorization: `Bearer ${token}`, 'x-request-id': 'one' }),
        ),
      )
      expect([known?.statusCode, known?.json().code]).toEqual([404, 'not_found'])
      expect(known?.body.replaceAll('any', 'none')).toBe(unknown?.body)
    },
  )

  it.each(closedToBound)('answers 403 to $name with a token that is bound to rosters', async ({ method, url }) => {
    const token = await tokenOf(['admin'], ['any'])
    const answer = await api.call(method, url, undefined, { authorization: `Bearer ${token}` })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'scope_missing'])
  })

  it('looks at the token before it reads a body', async () => {
    const answer = await api.call('PUT', '/v1/rosters/gold', '{"broken', { authorization: 'Bearer wrong' })
    expect(answer.statusCode).toBe(401)
  })

  it('answers wrong tokens of one network late from the hundredth of a minute on, and logs each power of ten of them', async () => {
    const ask = (remoteAddress: string, authorization = 'Bearer wrong') =>
      api.app.inject({ method: 'GET', url: '/v1/rosters/none', headers: { authorization }, remoteAddress })
    for (let asked = 1; asked < 100; asked++) expect((await ask('203.0.113.7')).statusCode).toBe(401)
    const answered: string[] = []
    const note = (name: string) => () => void answered.push(name)
    await Promise.all([
      ask('203.0.113.7').then(note('the one who guesses')),
      ask('198.51.100.1').then(note('another network')),
      ask('203.0.113.7', 'Bearer admin-token-of-tests').then(note('a good token')),
    ])
    expect(answered.toSorted()).toEqual(['a good token', 'another network', 'the one who guesses'])
    expect(answered.at(-1)).toBe('the one who guesses')
    const told = api.logged.filter((line) => line.includes('token.refused') && line.includes('"203.0.113.7"'))
    expect(told.map((line) => JSON.parse(line).count)).toEqual([1, 10, 100])
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
