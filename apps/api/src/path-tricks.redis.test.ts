import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { inParallel } from '../testing/in-parallel.ts'
import { pagesOf } from '../testing/pages-of.ts'
import { fillPath, serveTwoWorlds, WORLDS, type TwoWorlds } from '../testing/two-worlds.ts'
import { STYLE_PATH } from './pages/style.ts'

let worlds: TwoWorlds

beforeAll(async () => {
  worlds = await serveTwoWorlds()
})
afterAll(() => worlds.close())

/** As they stand in the request's line, in the place of an id; `own`: the right one, of which none of them is another spelling. */
const tricks = (own: string) => [
  '',
  '.',
  '..',
  '%2e%2e',
  `..%2f${own}`,
  `${own}%2f`,
  `${own}%2f..`,
  `${own}%2f..%2f${own}`,
  `${own}/`,
  `/${own}`,
  `./${own}/..`,
  `${own}%5c`,
  `${own}\\`,
  `${own}%20`,
  `${own}%00`,
  `%00${own}`,
  '%0d%0aset-cookie:%20a=b',
  `${own}%7f`,
  `${own};x=1`,
  `${own}:${own}`,
  '%2a',
  '%',
  '%zz',
  '%u002e',
  '%c0%ae%c0%ae',
  '%c0%af',
  '%ed%a0%80',
  '%ff%fe',
  '%252e%252e%252f',
  `${own}%2500`,
  '%e2%80%ae',
  `${own}%e2%80%8b`,
  '%f0%9f%92%a9',
  '__proto__',
  'constructor',
  '%7bteam%7d',
  '%5b%5d',
  '1e309',
  '9'.repeat(40),
  'x'.repeat(65),
  'x'.repeat(2_001),
  'x'.repeat(12_000),
  '%f0%9f%92%a9'.repeat(600),
]

/** Everything that a path with a trick in it could have hit instead. */
async function whatThereIs(): Promise<unknown> {
  const items = async (url: string) =>
    ((await worlds.api.call('GET', url)).json() as { items: Record<string, unknown>[] }).items
  const rosters = (await items('/v1/rosters')).map(({ id, status }) => ({ id, status }))
  const keys = (await items('/v1/team-keys')).map(({ id, lane }) => ({
    id,
    paused: (lane as { paused: boolean }).paused,
  }))
  const records = await Promise.all(['webhooks', 'notices', 'sources'].map((kind) => items(`/v1/${kind}`)))
  const tokens = (await items('/v1/tokens')).map(({ id }) => id)
  const members = await Promise.all(
    rosters.flatMap(({ id }) =>
      ['u-1', 'u-2', 'u-3', 'u-4'].map(async (member) =>
        (await worlds.api.call('GET', `/v1/rosters/${String(id)}/members/${member}`)).json(),
      ),
    ),
  )
  // Delivery goes on meanwhile.
  return JSON.parse(JSON.stringify({ rosters, keys, records, tokens, members }), (key, value: unknown) =>
    /^last|requestId/.test(key) ? undefined : value,
  )
}

describe('tricks with paths', () => {
  const known = { ...WORLDS[0], reconciliationId: 'none', deliveryId: '1', scimName: 'User', rest: 'x' }

  it('reach nothing by any part of any path', async () => {
    const before = await whatThereIs()
    const ofApi = worlds.operations.map(({ path, method, takesBody }) => ({
      path,
      method,
      headers: worlds.asAdmin,
      payload: takesBody ? '{}' : undefined,
    }))
    const ofPages = pagesOf(worlds.api.app)
      .map((page) => page.split(' '))
      .map(([method = '', path = '']) => ({
        path,
        method,
        headers: worlds.asOperator,
        payload: method === 'GET' ? undefined : 'a=b',
      }))
    const faults: string[] = []
    let sent = 0
    await inParallel([...ofApi, ...ofPages], 8, async ({ path, method, headers, payload }) => {
      for (const [, name = ''] of path.matchAll(/\{([^}]+)\}/g)) {
        const own = known[name as keyof typeof known] ?? 'none'
        for (const trick of tricks(own)) {
          const answer = await worlds.judge(method, fillPath(path, { ...known, [name]: trick }), headers, payload)
          sent++
          faults.push(...answer.faults)
          const location = answer.headers.location ?? '/'
          if (!location.startsWith('/') || /^\/[/\\]/.test(location))
            faults.push(`leads to ${location}: ${method} ${path} ${trick}`)
        }
      }
    })
    console.info(`${sent} paths`)
    expect(faults.slice(0, 20)).toEqual([])
    await worlds.assertSoonAlone()
    expect(await whatThereIs()).toEqual(before)
  }, 600_000)

  it('let nobody in who has no token and is not logged in', async () => {
    const closed = [
      ...worlds.operations.filter(({ isPublic }) => !isPublic),
      ...pagesOf(worlds.api.app)
        .map((page) => page.split(' '))
        .map(([method = '', path = '']) => ({ path, method }))
        .filter(({ path }) => /^\/(console|dashboard|lanes)/.test(path) && path !== STYLE_PATH),
    ]
    const faults: string[] = []
    await inParallel(closed, 8, async ({ path, method }) => {
      const right = fillPath(path, known)
      const [, first = '', rest = ''] = /^\/([^/]+)(.*)$/.exec(right) ?? []
      const code = first.charCodeAt(0).toString(16)
      const paths = [
        right,
        `/${right}`,
        `//${right}`,
        `/.${right}`,
        `/login/..${right}`,
        `/login/%2e%2e${right}`,
        `/healthz${right}`,
        `/healthz;${right}`,
        `/openapi.json%2f..${right}`,
        `/%${code}${first.slice(1)}${rest}`,
        `/${first.toUpperCase()}${rest}`,
        `/${first}/${rest}`,
        `/${first}/.${rest}`,
        `/${first}%2f${rest.slice(1)}`,
        `/${first};x${rest}`,
        `${right}/`,
        `${right}%2f`,
        `${right};.css`,
        `${right}.json`,
        `${right}%00.css`,
        `${right}?token=${worlds.api.deps.adminToken}`,
        `http://127.0.0.1${right}`,
        `http://healthz@127.0.0.1${right}`,
      ]
      for (const one of paths) {
        const answer = await worlds.judge(method, one, {}, method === 'GET' ? undefined : '{}')
        faults.push(...answer.faults)
        // Whoever has to log in is shown how, or sent there.
        const isRefused =
          answer.status >= 400 || (answer.status === 303 && String(answer.headers.location).startsWith('/login'))
        if (!isRefused) faults.push(`${answer.status}: ${method} ${one} → ${answer.body.slice(0, 200)}`)
      }
    })
    expect(faults.slice(0, 20)).toEqual([])
    await worlds.assertSoonAlone()
  })

  it('and with expectations that nobody has are no exception', async () => {
    const answer = await worlds.judge('GET', '/v1/rosters/gold', { ...worlds.asAdmin, expect: 'nothing' })
    expect([answer.status, answer.faults]).toEqual([200, []])
  })

  it('are one line each in the log', async () => {
    await eventually(() => expect(worlds.notLogged()).toEqual([]))
  })
})
