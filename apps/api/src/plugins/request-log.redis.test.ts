import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { serveApi, type TestApi } from '../../testing/serve.ts'
import { makeDashboard, visit } from '../../testing/visitor.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster()
})
afterAll(() => api.close())

const linesOf = (id: string) =>
  api.logged.map((line) => JSON.parse(line)).filter(({ msg, requestId }) => msg === 'request.done' && requestId === id)

describe('a request', () => {
  it.each([
    ['GET', '/v1/rosters/gold', undefined, 200, '/v1/rosters/:rosterId', 'token:ADMIN_TOKEN', undefined],
    ['GET', '/v1/rosters/none', undefined, 404, '/v1/rosters/:rosterId', 'token:ADMIN_TOKEN', 'not_found'],
    ['PUT', '/v1/rosters/x', '{', 400, '/v1/rosters/:rosterId', 'token:ADMIN_TOKEN', 'request_invalid'],
    ['POST', '/v1/events', '{}', 422, '/v1/events', 'token:ADMIN_TOKEN', 'no_usable_event'],
    ['POST', '/healthz', undefined, 405, '/healthz', null, 'method_not_allowed'],
    ['POST', '/nothing', '{"a":1}', 404, 'none', null, 'not_found'],
    ['GET', '/v1/rosters/%ff', undefined, 400, 'none', null, 'request_invalid'],
    ['GET', '/console', undefined, 401, '/console', null, 'unauthenticated'],
  ] as const)('%s %s has its id in the answer, in the problem, and in one line of the log', async (...row) => {
    const [method, url, body, status, route, actor, code] = row
    const id = `mine.${method}:${url.replaceAll(/\W/g, '_')}`
    const answer = await api.call(method, url, body, { 'x-request-id': id })
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([status, id])
    expect(answer.body.includes('"code"') ? answer.json().requestId : id).toBe(id)
    await eventually(() => expect(linesOf(id)).toHaveLength(1))
    const [line] = linesOf(id)
    expect(line).toMatchObject({ level: 30, method, route, status, actor, ms: expect.any(Number) })
    expect(line.code).toBe(code)
  })

  it('of somebody who has logged in is named by them in the log', async () => {
    const ann = await visit(api.app, 'ann')
    await ann.send({ method: 'GET', url: '/console/audit', headers: { 'x-request-id': 'of-ann' } })
    await eventually(() => expect(linesOf('of-ann')).toHaveLength(1))
    expect(linesOf('of-ann')[0]).toMatchObject({ route: '/console/audit', status: 200, actor: 'user:ann' })
  })

  it('to any route leaves one line, and no address in the log, wherever the address was', async () => {
    const address = 'ann.lee@example.com'
    const document = (await api.call('GET', '/openapi.json')).json() as { paths: Record<string, object> }
    const routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => ({ method: method.toUpperCase() as 'GET', path })),
    )
    const pages = [
      '/console/rosters/{rosterId}/members',
      '/console/rosters/{rosterId}/member',
      '/console',
      '/m/{token}',
    ]
    for (const path of pages) routes.push({ method: 'GET', path })
    routes.push({ method: 'POST', path: '/login' } as never, { method: 'PATCH', path: '/nothing/{there}' } as never)
    const before = api.logged.length
    for (const [at, { method, path }] of routes.entries()) {
      // Half of them where there is something.
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) =>
        name === 'rosterId' && at % 2 === 0 ? 'gold' : encodeURIComponent(address),
      )
      const body = method === 'GET' ? undefined : { email: address, [address]: address, members: [{ email: address }] }
      const search = new URLSearchParams({
        q: address,
        email: address,
        member: address,
        filter: `userName eq "${address}"`,
      })
      for (const query of ['', `?${search.toString()}`])
        await api.call(method, filled + query, body, {
          'x-request-id': `all.${at}.${query.length}`,
          'idempotency-key': address,
        })
    }
    await eventually(() => {
      const lines = api.logged.slice(before).map((line) => JSON.parse(line) as { msg: string; requestId?: string })
      const ids = lines.flatMap(({ msg, requestId }) => (msg === 'request.done' ? [requestId] : []))
      const mine = ids.filter((id) => id?.startsWith('all.'))
      expect([mine.length, new Set(mine).size]).toEqual([routes.length * 2, routes.length * 2])
    })
    expect(api.logged.filter((line) => /ann\.lee/i.test(line))).toEqual([])
  })

  it.each(['', 'a b', 'x'.repeat(129), 'é', '<script>'])('gets an id of ours where it sent "%s"', async (sent) => {
    const { headers } = await api.call('GET', '/healthz', undefined, { 'x-request-id': sent })
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('of a method that no route has makes no series of its own in the metrics', async () => {
    for (const url of ['/v1/rosters', '/v1/webhooks', '/v1/tokens', '/scim/v2/Users', '/healthz'])
      expect((await api.call('PATCH', url)).statusCode).toBe(405)
    const { body } = await api.call('GET', '/metrics')
    const series = body.match(/^flightroster_http_request_duration_seconds_count\{.*status="405".*$/gm) ?? []
    expect(series.filter((line) => line.includes('PATCH'))).toHaveLength(1)
  })

  it('that is no HTTP is answered as a problem, and logged', async () => {
    await api.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = api.app.server.address() as AddressInfo
    const text = await new Promise<string>((resolve, reject) => {
      let received = ''
      const socket = connect(port, '127.0.0.1', () => socket.write('GET /x HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n'))
      socket.on('data', (data) => (received += data.toString()))
      socket.on('close', () => resolve(received))
      socket.on('error', reject)
    })
    const [head = '', body = ''] = text.split('\r\n\r\n')
    const id = /x-request-id: (\S+)/.exec(head)?.[1] ?? ''
    expect(head).toMatch(/^HTTP\/1.1 400 /)
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'request_invalid', requestId: id })
    await eventually(() => expect(linesOf(id)).toHaveLength(1))
  })
})
