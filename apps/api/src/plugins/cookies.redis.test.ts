import { afterEach, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, PASSWORD } from '../../testing/visitor.ts'
import type { ApiDeps } from '../deps.ts'

let api: TestApi | undefined
afterEach(() => api?.close())

const PROXIED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'out.example' }

it.each([
  ['plain http', { publicUrl: undefined }, {}, 'http://localhost', '/', false],
  ['https at the root', { publicUrl: 'https://out.example' }, {}, 'https://out.example', '/', true],
  ['https under a path', { publicUrl: 'https://out.example/beta' }, {}, 'https://out.example', '/beta', true],
  ['https under a path of two', { publicUrl: 'https://out.example/a/b/' }, {}, 'https://out.example', '/a/b', true],
  ['plain http under a path', { publicUrl: 'http://out.example/beta' }, {}, 'http://out.example', '/beta', false],
  ['a proxy that ends TLS', { publicUrl: undefined, trustProxy: 1 }, PROXIED, 'https://out.example', '/', true],
  [
    'a proxy that ends TLS and shows a path',
    { publicUrl: 'http://out.example/beta', trustProxy: 1 },
    PROXIED,
    'https://out.example',
    '/beta',
    true,
  ],
] as [string, Partial<ApiDeps>, Record<string, string>, string, string, boolean][])(
  'every cookie is for our pages alone, over %s',
  async (_name, deps, sent, origin, path, isSecure) => {
    api = await serveApi({ dashboard: await makeDashboard(), ...deps })
    const { app } = api
    const send = async (url: string, fields: Record<string, string>, cookie = '') => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        host: 'localhost',
        origin,
        cookie,
        ...sent,
      }
      const payload = new URLSearchParams(fields).toString()
      const answer = await app.inject({ method: 'POST', url, headers, payload })
      return { status: answer.statusCode, cookies: [answer.headers['set-cookie'] ?? []].flat() }
    }
    const refused = await send('/login', { name: 'ann', password: 'wrong' })
    expect(refused).toEqual({ status: 401, cookies: [] })
    const entered = await send('/login', { name: 'ann', password: PASSWORD })
    const given = entered.cookies.map((cookie) => cookie.split(';')[0] ?? '')
    const look = () => app.inject({ url: '/console', headers: { cookie: given.join('; '), ...sent } })
    const before = await look()
    const left = await send('/logout', {}, given.join('; '))
    expect([entered.status, left.status]).toEqual([303, 303])

    const common = ['HttpOnly', `Path=${path}`, 'SameSite=Strict', ...(isSecure ? ['Secure'] : [])]
    const told = [...entered.cookies, ...left.cookies].map((cookie) => {
      const [pair = '', ...attributes] = cookie.split('; ')
      return [pair.split('=')[0], ...attributes.toSorted((a, b) => (a < b ? -1 : 1))]
    })
    expect(told).toEqual([
      ['flightroster_session', ...common],
      ['flightroster_device', 'HttpOnly', expect.stringMatching(/^Max-Age=\d{8}$/), ...common.slice(1)],
      ['flightroster_session', 'HttpOnly', 'Max-Age=0', ...common.slice(1)],
    ])
    expect([before.statusCode, (await look()).statusCode]).toEqual([200, 401])
  },
)
