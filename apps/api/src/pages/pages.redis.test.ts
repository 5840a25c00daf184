import { AppError } from '@flightroster/core/errors'
import { makeTeamKey, timePasses } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, PASSWORD, visit, type Visitor } from '../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor
let nobody: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  const { store } = api
  await store.teamKeys.put(makeTeamKey({ id: 'acme' }))
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
  nobody = await visit(api.app)
})
afterAll(() => api.close())

describe('the login', () => {
  it('sets a cookie that scripts cannot read and other sites do not send, secure where PUBLIC_URL is https', async () => {
    const answer = await nobody.post('/login', { name: 'ann', password: PASSWORD })
    const [session, device] = [answer.headers['set-cookie'] ?? []].flat()
    expect(session).toMatch(/^flightroster_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
    expect(device).toMatch(
      /^flightroster_device=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    )
    expect(answer.headers.location).toBe('/console')
  })

  it('ignores forwarded headers of a proxy that is not trusted', async () => {
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' }
    const answer = await nobody.send({ method: 'POST', url: '/login', headers })
    expect(answer.statusCode).toBe(403)
  })

  it('leads back to pages of ours alone', async () => {
    for (const next of [
      'https://evil.example',
      '//evil.example',
      '/console\\evil',
      '/v1/audit',
      '/consoleX',
      '/console/\u0000',
      '/console/\r\nx: y',
      '/console/ü',
      '/console/\u007f',
    ]) {
      const answer = await nobody.post('/login', { name: 'ann', password: PASSWORD, next })
      expect(answer.headers.location).toBe('/console')
    }
  })

  it('says in the log where a wrong password came from, and whose account it was for, never what else was typed', async () => {
    await nobody.post('/login', { name: 'bob', password: 'wrong' })
    await nobody.post('/login', { name: 'a secret in the wrong field', password: 'wrong' })
    const lines = api.logged
      .filter((line) => line.includes('"login.refused"'))
      .map((line) => JSON.parse(line) as object)
    expect(lines.slice(-2)).toMatchObject([
      { user: 'bob', network: '127.0.0.1' },
      { user: null, network: '127.0.0.1' },
    ])
    expect(api.logged.join()).not.toContain('a secret in the wrong field')
  })

  it('ends the session on logging out', async () => {
    const visitor = await visit(api.app, 'ann')
    expect((await visitor.get('/lanes')).statusCode).toBe(200)
    expect((await visitor.post('/logout')).headers.location).toBe('/login')
    expect((await visitor.get('/lanes')).statusCode).toBe(401)
  })

  it('ends the sessions of other browsers where the form says so, and leaves them otherwise', async () => {
    const own = await serveApi({ dashboard: await makeDashboard() })
    const first = await visit(own.app, 'ann')
    const other = await visit(own.app, 'bob')
    const again = async (fields: Record<string, string>) => {
      await timePasses(5)
      const { statusCode } = await (await visit(own.app)).post('/login', { name: 'ann', password: PASSWORD, ...fields })
      expect(statusCode).toBe(303)
      return (await first.get('/lanes')).statusCode
    }
    expect(await again({})).toBe(200)
    expect(await again({ elsewhere: 'end' })).toBe(401)
    expect((await other.get('/lanes')).statusCode).toBe(200)
    await own.close()
  })

  it('is closed while there are no users, and says how to add one', async () => {
    const shut = await serveApi()
    const visitor = await visit(shut.app)
    for (const url of ['/login', '/console', '/lanes', '/dashboard']) {
      const answer = await visitor.get(url)
      expect([url, answer.statusCode]).toEqual([url, 403])
      expect(answer.body).toContain('pnpm -s hash-password')
    }
    expect((await visitor.post('/login', { name: 'ann', password: PASSWORD })).statusCode).toBe(403)
    await shut.close()
  })
})

describe('the pages', () => {
  it('may not be framed, run no script from elsewhere, and are not kept', async () => {
    for (const url of ['/login', '/lanes', '/dashboard']) {
      const { headers } = await ann.get(url)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*(unsafe|\*|http)/)
      expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'cache-control': 'no-store' })
    }
  })

  it('shows lanes with what is to be done about their problems', async () => {
    const answer = await bob.get('/lanes')
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain('acme')
    expect(answer.body).not.toContain('/pause')
  })

  it.each(['/lanes', '/console', '/console/activity', '/console/rosters/gold', '/dashboard'])(
    'count what occurs twice in the address of %s as it stood last',
    async (page) => {
      const twice = ['q', 'page', 'after', 'before', 'member', 'status'].map((name) => `${name}=first&${name}=`)
      expect((await ann.get(`${page}?${twice.join('&')}`)).statusCode).toBeLessThan(500)
      expect((await ann.get('/lanes?q=first&q=last')).body).not.toContain('first')
    },
  )

  it('escapes what was searched for', async () => {
    const answer = await ann.get(`/lanes?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(answer.body).not.toContain('<script>')
  })
})

const CHANGES: ['POST' | 'PUT' | 'PATCH' | 'DELETE', string][] = [
  ['POST', '/lanes/acme/pause'],
  ['POST', '/lanes/acme/resume'],
  ['POST', '/lanes/acme/check'],
  ['PUT', '/dashboard/api/queues/pause'],
  ['PUT', '/dashboard/api/queues/lane-acme/pause'],
  ['PUT', '/dashboard/api/queues/lane-acme/resume'],
  ['PUT', '/dashboard/api/queues/lane-acme/retry/failed'],
  ['PUT', '/dashboard/api/queues/lane-acme/clean/failed'],
  ['PUT', '/dashboard/api/queues/lane-acme/promote'],
  ['PUT', '/dashboard/api/queues/lane-acme/empty'],
  ['PUT', '/dashboard/api/queues/lane-acme/obliterate'],
  ['POST', '/dashboard/api/queues/lane-acme/add'],
  ['PUT', '/dashboard/api/queues/lane-acme/1/retry'],
  ['PATCH', '/dashboard/api/queues/lane-acme/1/update-data'],
  ['PUT', '/dashboard/q/ac/api/queues/lane-acme/pause'],
  ['POST', '/console/people'],
  ['POST', '/console/connect'],
  ['POST', '/console/connect/acme/roster'],
  ['POST', '/console/rosters/gold/pause'],
  ['POST', '/console/rosters/gold/resume'],
  ['POST', '/console/rosters/gold/retry'],
  ['POST', '/console/rosters/gold/compare'],
  ['POST', '/console/rosters/gold/people'],
  ['POST', '/console/rosters/gold/token'],
  ['POST', '/console/rosters/gold/upload'],
  ['POST', '/console/rosters/gold/upload/apply'],
  ['POST', '/console/rosters/gold/plans/1/decide'],
  ['POST', '/console/rosters/gold/member/converge'],
  ['POST', '/console/rosters/gold/member/invitation'],
  ['POST', '/console/rosters/gold/member/link'],
  ['POST', '/console/rosters/gold/member/remove'],
  ['POST', '/console/rosters/gold/member/protect'],
  ['POST', '/console/rosters/gold/member/restore'],
  ['POST', '/console/rosters/gold/idle/reclaim'],
  ['POST', '/console/rosters/gold/member/unprotect'],
  ['DELETE', '/console/whatever/comes/next'],
  ['PATCH', '/lanes/acme'],
]

describe.each(CHANGES)('%s %s', (method, url) => {
  it('is refused for a viewer, for nobody, and from another site', async () => {
    expect((await bob.send({ method, url })).statusCode).toBe(403)
    expect((await nobody.send({ method, url })).statusCode).toBe(401)
    for (const origin of ['https://evil.example', 'null', '']) {
      expect((await ann.send({ method, url, headers: { origin } })).statusCode).toBe(403)
    }
    expect((await api.connection.hget('fr:{acme}:lane', 'paused')) ?? null).toBeNull()
  })
})

describe('Bull Board', () => {
  it('pauses a lane by our own state, says so, and notes who did it', async () => {
    expect((await ann.send({ method: 'PUT', url: '/dashboard/api/queues/lane-acme/pause' })).statusCode).toBe(200)
    expect(await api.connection.hget('fr:{acme}:lane', 'paused')).toBe('1')
    const { queues } = (await ann.get('/dashboard/api/queues')).json()
    expect(queues).toMatchObject([{ name: 'lane-acme', isPaused: true, readOnlyMode: false }])
    expect((await bob.get('/dashboard/api/queues')).json().queues[0].readOnlyMode).toBe(true)
    await ann.send({ method: 'PUT', url: '/dashboard/api/queues/lane-acme/resume' })
    const audited = await api.connection.xrevrange('fr:audit', '+', '-', 'COUNT', 1)
    expect(audited[0]?.[1]).toEqual(expect.arrayContaining(['user:ann', 'lane.resume', 'team-key:acme']))
  })

  it('refuses whatever would make or change jobs behind the back of the lease holder', async () => {
    for (const url of ['lane-acme/empty', 'lane-acme/obliterate', 'lane-acme/concurrency']) {
      expect((await ann.send({ method: 'PUT', url: `/dashboard/api/queues/${url}` })).statusCode).toBe(403)
    }
  })

  it('the page of Bull Board loads nothing from another host', async () => {
    const { body } = await ann.get('/dashboard')
    expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
    const script = /src="(static\/js\/main[^"]+)"/.exec(body)?.[1]
    expect((await ann.get(`/dashboard/${script}`)).headers['content-type']).toContain('javascript')
    expect((await ann.get('/dashboard/static/..%2f..%2fpackage.json')).statusCode).toBe(404)
    expect((await nobody.get(`/dashboard/${script}`)).statusCode).toBe(401)
  })
})

describe('with 5,000 lanes', () => {
  it('answers the dashboard and the lanes page, with 100 queues at most', async () => {
    const many = Array.from({ length: 5_000 }, (_, at) => makeTeamKey({ id: `team-${at}` }))
    // Not at once: the last command would wait for its answer behind all others.
    for (let at = 0; at < many.length; at += 200) {
      await Promise.all(many.slice(at, at + 200).map((teamKey) => api.store.teamKeys.put(teamKey)))
    }
    await ann.get('/lanes')
    for (const url of [
      '/lanes',
      '/lanes?q=team-49',
      '/dashboard',
      '/dashboard/api/queues',
      '/dashboard/q/team-4/api/queues',
    ]) {
      expect([url, (await ann.get(url)).statusCode]).toEqual([url, 200])
    }
    const { queues } = (await ann.get('/dashboard/api/queues')).json()
    expect(queues).toHaveLength(100)
  })
})

it('a page that only looks does not say of a store that is away that something may not have been kept', async () => {
  const away = vi.spyOn(api.deps.health, 'assertReachable').mockImplementation(() => {
    throw new AppError('store_unavailable')
  })
  const looked = await ann.get('/console')
  const changed = await ann.post('/lanes/acme/pause')
  away.mockRestore()
  expect([looked.statusCode, changed.statusCode]).toEqual([503, 503])
  expect(looked.body).toContain('Nothing is lost. Try again in a moment.')
  expect(looked.body).not.toContain('whether it was kept')
  expect(changed.body).toContain('Whether this was saved is unknown')
  expect(changed.body).not.toContain('Nothing is lost')
})

it('attempts to log in are counted from nothing on, so that the first wrong passwords are an increase', async () => {
  const shut = await serveApi({ dashboard: await makeDashboard() })
  const { body } = await shut.call('GET', '/metrics')
  for (const outcome of ['in', 'refused', 'wait'])
    expect(body).toContain(`flightroster_logins_total{outcome="${outcome}"} 0`)
  await shut.close()
})
