import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pagesOf } from '../../testing/pages-of.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, PASSWORD } from '../../testing/visitor.ts'

const ORIGIN = 'https://flightroster.example.com'
const PATH = '/beta/testers'

let api: TestApi
let cookie = ''
let ownPage = ''

const call = async (method: 'PUT' | 'POST', url: string, body: unknown, status: number) => {
  const answer = await api.call(method, url, body)
  expect([url, answer.statusCode, answer.statusCode === status ? '' : answer.body]).toEqual([url, status, ''])
  return answer.body === '' ? {} : answer.json()
}

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: ORIGIN + PATH })
  await api.addRoster()
  const members = Array.from({ length: 60 }, (_, at) => ({ id: `u-${at}`, email: `p${at}@example.com` }))
  await call('PUT', '/v1/rosters/gold/members', { members }, 202)
  await call('PUT', '/v1/rosters/gold/members', { members: members.slice(0, 2) }, 202)
  const rule = { types: ['roster.held'], rosters: ['gold'] }
  await call('PUT', '/v1/webhooks/crm', { url: 'https://crm.example.com/hooks', ...rule }, 201)
  await call('POST', '/v1/webhooks/crm/test', {}, 202)
  await call('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', ...rule }, 201)
  await call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: 'x', rosters: { '*': 'gold' } }, 201)
  await call('POST', '/v1/tokens', { name: 'crm', scopes: ['events:write'], rosters: null }, 201)
  await call('POST', '/scim/v2/Groups', { displayName: 'Everybody', members: [] }, 201)
  ownPage = (await call('POST', '/v1/rosters/gold/members/u-1/link', { days: 3 }, 201)).url
  const answer = await api.app.inject({
    method: 'POST',
    url: `${PATH}/login`,
    headers: { host: 'flightroster.example.com', origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ name: 'ann', password: PASSWORD }).toString(),
  })
  expect([answer.statusCode, answer.headers.location]).toEqual([303, `${PATH}/console`])
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  expect(cookies.filter((one) => !one.includes(`Path=${PATH};`))).toEqual([])
  cookie = cookies.map((one) => one.split(';')[0]).join('; ')
})
afterAll(() => api.close())

/** Pages of Apple's answers, of a job in the queues' own scripts, and whatever is nothing. */
const NO_LINK = [
  '/console/jobs/{teamKeyId}/{ref}',
  '/console/connect/known',
  '/console/connect/{teamKeyId}/app',
  '/console/connect/{teamKeyId}/group',
  '/console/connect/{teamKeyId}/rules',
  '/console{rest}',
  '/dashboard/q/{search}{rest}',
  '/dashboard{rest}',
  '/lanes{rest}',
]
const TYPED = [
  '/',
  '/console',
  '/lanes',
  '/dashboard',
  '/dashboard/q/acme',
  '/docs',
  '/docs/',
  '/console/rosters/gold/connected',
]

/** What a browser would follow, ask for or send to. */
const LINK = /\b(href|src|action|formaction|spec-url|server-url)="([^"]*)"/g
const decoded = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'")

interface Link {
  /** The page's address, or what the page names as its base. */
  base: string
  kind: string
  to: string
}

/** From page to page, as far as links lead; `begin`: where somebody types an address. */
async function walk(begin: string[]): Promise<{ links: Link[]; broken: string[] }> {
  const [links, broken, seen]: [Link[], string[], Set<string>] = [[], [], new Set(begin)]
  const queue = [...begin]
  for (let at = 0; at < queue.length; at++) {
    const page = queue[at] ?? ''
    const url = new URL(page, ORIGIN)
    const answer = await api.app.inject({
      method: 'GET',
      url: url.pathname + url.search,
      headers: { host: 'flightroster.example.com', cookie },
    })
    if (answer.statusCode >= 400) broken.push(`${page}: ${answer.statusCode}`)
    const { location } = answer.headers
    const found: [string, string][] = location === undefined ? [] : [['href', location]]
    if (String(answer.headers['content-type']).startsWith('text/html'))
      for (const [, kind = '', to = ''] of answer.body.matchAll(LINK)) found.push([kind, decoded(to)])
    const [, named = ''] = /<base href="([^"]*)"/.exec(answer.body) ?? []
    const base = new URL(named, url).href
    for (const [kind, to] of found) {
      links.push({ base, kind, to })
      const target = new URL(to, base)
      const place = target.pathname + target.search
      // Forms change something: where they go is looked at, and nothing is sent.
      if (kind.endsWith('action') || target.origin !== ORIGIN || !place.startsWith(PATH) || seen.has(place)) continue
      seen.add(place)
      queue.push(place)
    }
  }
  return { links, broken }
}

describe('behind a proxy with a path of two parts', () => {
  it('every page that links lead to is there, and every link, form and script of it stays under the path', async () => {
    const { links, broken } = await walk([...TYPED.map((one) => PATH + one), new URL(ownPage).pathname])
    const astray = links.filter(({ base, to }) => {
      const target = new URL(to, base)
      return target.origin === ORIGIN && target.pathname !== PATH && !target.pathname.startsWith(`${PATH}/`)
    })
    expect(astray.slice(0, 5)).toEqual([])
    // The seats of an app are read from Apple, who is not here.
    expect(broken).toEqual([`${PATH}/console/seats/acme/1234: 409`])
    const routes = new Set(
      api.logged.flatMap((line) => {
        const { msg, route } = JSON.parse(line) as { msg: string; route?: string }
        return msg === 'request.done' && route ? [route.replaceAll(/:(\w+)/g, '{$1}').replaceAll('*', '{rest}')] : []
      }),
    )
    const unseen = pagesOf(api.app)
      .filter((one) => one.startsWith('GET '))
      .map((one) => one.slice(4))
      .filter((one) => !routes.has(one))
    expect(unseen).toEqual(NO_LINK)
  })
})
