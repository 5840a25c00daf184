import { afterEach, describe, expect, it } from 'vitest'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeDashboard, PASSWORD } from '../../testing/visitor.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import type { ApiDeps } from '../deps.ts'

let api: TestApi | undefined
afterEach(() => api?.close())

interface Answer {
  status: number
  cookie: string
}

/** A log-in over a real connection, as a proxy would pass it on. */
async function logIn(deps: Partial<ApiDeps>, headers: Record<string, string>, origin: string): Promise<Answer> {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: undefined, ...deps })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = api.app.server.address() as AddressInfo
  const form = { 'content-type': 'application/x-www-form-urlencoded', host: 'inside.example', origin, ...headers }
  return new Promise((resolve, reject) => {
    const sent = request({ port, method: 'POST', path: '/login', headers: form }, (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode ?? 0, cookie: String(answer.headers['set-cookie']) })
    })
    sent.on('error', reject)
    sent.end(new URLSearchParams({ name: 'ann', password: PASSWORD }).toString())
  })
}

const OUTSIDE = 'https://out.example'
const PLAIN = 'http://inside.example'

describe('forwarded headers, over real connections', () => {
  it.each([
    ['of one proxy', 1, { proto: 'https', for: '203.0.113.7', host: 'out.example' }],
    ['of one proxy that names no browser', 1, { proto: 'https', for: '', host: 'out.example' }],
    [
      'of two, of which only the first ended TLS',
      2,
      { proto: 'https,http', for: '203.0.113.7, 10.0.0.2', host: 'out.example' },
    ],
    [
      'of two that both end TLS',
      2,
      { proto: 'https, https', for: '203.0.113.7,10.0.0.2', host: 'out.example, out.example' },
    ],
    [
      'of two, where the second passes the first one’s word on',
      2,
      { proto: 'https', for: '203.0.113.7, 10.0.0.2', host: 'out.example' },
    ],
    ['of any number', true, { proto: 'https,http,http', for: '203.0.113.7, 10.0.0.2, 10.0.0.3', host: 'out.example' }],
    [
      'of proxies by their network',
      '127.0.0.0/8,10.0.0.0/8',
      { proto: 'https,http', for: '203.0.113.7, 10.0.0.2', host: 'out.example' },
    ],
  ] as const)('count %s', async (_name, trustProxy, sent) => {
    const { status, cookie } = await logIn({ trustProxy }, toHeaders(sent), OUTSIDE)
    expect([status, cookie.includes('; Secure;')]).toEqual([303, true])
  })

  it.each([
    ['nobody is trusted', false, { proto: 'https', for: '203.0.113.7', host: 'out.example' }],
    ['no proxy stands in front', 0, { proto: 'https', for: '203.0.113.7', host: 'out.example' }],
    ['the sender is no proxy of ours', '10.0.0.0/8', { proto: 'https', for: '203.0.113.7', host: 'out.example' }],
    [
      'the browser made up what stands before the word of the proxy',
      1,
      { proto: 'https,http', for: '10.0.0.2, 203.0.113.7', host: 'out.example,inside.example' },
    ],
  ] as const)('do not count where %s', async (_name, trustProxy, sent) => {
    const { status, cookie } = await logIn({ trustProxy }, toHeaders(sent), PLAIN)
    expect([status, cookie.includes('Secure')]).toEqual([303, false])
    await api?.close()
    expect((await logIn({ trustProxy }, toHeaders(sent), OUTSIDE)).status).toBe(403)
  })

  it('are not needed where PUBLIC_URL is https', async () => {
    const { status, cookie } = await logIn({ publicUrl: OUTSIDE }, {}, OUTSIDE)
    expect([status, cookie.includes('; Secure;')]).toEqual([303, true])
  })

  it('tell visitors apart, so that one who guesses locks out nobody else', async () => {
    api = await serveApi({ dashboard: await makeDashboard(), trustProxy: 1 })
    let seen = ''
    api.app.get('/seen', { config: { scope: 'public' } }, async (received) => ((seen = received.ip), ''))
    await api.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = api.app.server.address() as AddressInfo
    await fetch(`http://127.0.0.1:${port}/seen`, { headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' } })
    expect(seen).toBe('203.0.113.7')
  })
})

function toHeaders(sent: { proto: string; for: string; host: string }): Record<string, string> {
  const headers = { 'x-forwarded-proto': sent.proto, 'x-forwarded-for': sent.for, 'x-forwarded-host': sent.host }
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
}
