import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit } from '../../../testing/visitor.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
})
afterAll(() => api.close())

/** Over plain http, by whatever name somebody gave the machine. */
const host = 'flightroster.internal:8080'
const get = (url: string) => api.app.inject({ method: 'GET', url, headers: { host } })

/** What a browser may ask nobody but us for, and what makes it ask by https alone. */
function expectOwnPolicy(headers: Record<string, unknown>): void {
  const directives = String(headers['content-security-policy']).split('; ')
  expect(directives).toContain("default-src 'none'")
  const sources = new Set(directives.flatMap((directive) => directive.split(' ').slice(1)))
  for (const own of ["'none'", "'self'", "'unsafe-inline'", 'data:']) sources.delete(own)
  expect([...sources]).toEqual([])
  expect(directives.filter((directive) => !directive.includes(' '))).toEqual([])
  expect(headers['strict-transport-security']).toBeUndefined()
}

describe('the reference', () => {
  it('works over plain http on any host name: its policy knows no other host, and asks for no https', async () => {
    const page = await get('/docs')
    expect(page.statusCode).toBe(200)
    expectOwnPolicy(page.headers)
    const named = [...page.body.matchAll(/(?:src|href|url)="([^"]*)"/g)].map(([, url]) => url ?? '')
    expect(named.length).toBeGreaterThan(4)
    // Paths alone: whatever name and scheme the page came by, the rest comes by them as well.
    expect(named.filter((url) => !/^\/(?!\/)|^data:,$/.test(url))).toEqual([])
    const [script = ''] = named.filter((url) => url.endsWith('.js'))
    for (const url of [script, '/openapi.json']) {
      const answer = await get(url)
      expect([url, answer.statusCode]).toEqual([url, 200])
    }
  })

  it('is one of many pages with such a policy; scripts run on it and the queues alone', async () => {
    const ann = await visit(api.app, 'ann')
    for (const url of ['/login', '/console', '/lanes', '/console/audit', '/m/none', '/console/none', '/dashboard']) {
      const { headers } = await ann.get(url)
      expectOwnPolicy(headers)
      expect([url, String(headers['content-security-policy']).includes('script-src')]).toEqual([
        url,
        url === '/dashboard',
      ])
    }
  })
})
