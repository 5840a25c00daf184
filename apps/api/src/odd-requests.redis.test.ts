import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '@flightroster/core/testing'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, PASSWORD, visit } from '../testing/visitor.ts'
import { costOf, MOST } from '../testing/watch-loop.ts'

let api: TestApi
let port: number

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), publicUrl: undefined })
  await api.addRoster()
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

/** What a socket is answered to these very bytes. */
function send(text: string): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'))
    socket.on('data', (data) => (received += data.toString('latin1')))
    socket.on('close', () => {
      const [head = '', ...rest] = received.split('\r\n\r\n')
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), head, body: rest.join('\r\n\r\n') })
    })
    // What is refused unread may be answered by a reset.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
  })
}
const get = (path: string, ...headers: string[]) =>
  send([`GET ${path} HTTP/1.1`, 'host: x', 'connection: close', ...headers, '', ''].join('\r\n'))
const asAdmin = () => `authorization: Bearer ${api.deps.adminToken}`
const lines = () => api.logged.map((line) => JSON.parse(line) as Record<string, unknown>)

describe('heads of requests', () => {
  const many = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at))

  it.each([
    ['one long header', 431, ['x-long: ' + 'x'.repeat(20_000)]],
    ['one long token', 431, ['authorization: Bearer ' + 'x'.repeat(20_000)]],
    ['one long cookie', 431, ['cookie: flightroster_session=' + 'x'.repeat(20_000)]],
    ['very many headers', 431, many(5_000, (at) => `x-${at}: 1`)],
    ['many short headers', 200, many(900, (at) => `x${at}: 1`)],
    ['one header over and over', 200, many(900, () => 'accept: a')],
    ['very many cookies', 200, ['cookie: ' + many(3_000, () => 'a=1').join(';')]],
  ] as const)('of %s are answered %s at once', async (_name, status, headers) => {
    const { result, cost } = await costOf(() => get('/healthz', ...headers))
    expect(result.status).toBe(status)
    expect(cost.heldMs).toBeLessThan(MOST.heldMs)
    expect(cost.mb).toBeLessThan(MOST.mb)
    expect(result.body.length).toBeLessThan(1_000)
  })

  it.each([
    ['a long path', `/${'x'.repeat(15_000)}`, [404]],
    ['a long id', `/v1/rosters/${'x'.repeat(15_000)}`, [400, 404]],
    ['a path that goes up', `/v1/rosters${'/..'.repeat(5_000)}`, [400, 404]],
    ['a path of slashes', '/'.repeat(15_000), [400, 404]],
    ['a path of percent signs', `/v1/rosters/${'%25'.repeat(5_000)}`, [400, 404]],
    ['a long search', `/v1/rosters/gold/members?q=${'x'.repeat(15_000)}`, [200, 400]],
    ['a search of blanks', `/v1/rosters/gold/members?q=${'%20'.repeat(5_000)}`, [200, 400]],
    ['very many parameters', `/v1/rosters?${many(2_000, (at) => `a${at}`).join('&')}`, [400]],
    ['one parameter over and over', `/v1/rosters?${many(1_500, () => 'limit=1').join('&')}`, [400]],
    ['a list of very many statuses', `/v1/rosters/gold/members?status=${'failed,'.repeat(2_000)}`, [200, 400]],
    ['brackets', `/v1/rosters?${'a[b]'.repeat(3_000)}=1`, [400]],
    ['a page with very many parameters', `/console?${many(2_000, (at) => `a${at}`).join('&')}`, [401, 403]],
  ] as const)('with %s are answered briefly', async (_name, path, statuses) => {
    const { result, cost } = await costOf(() => get(path, asAdmin()))
    expect(statuses).toContain(result.status)
    expect(cost.heldMs).toBeLessThan(MOST.heldMs)
    expect(cost.mb).toBeLessThan(MOST.mb)
    expect(result.body.length).toBeLessThan(64 * 1024)
    const { errors = [] } = (result.body.startsWith('{') ? JSON.parse(result.body) : {}) as { errors?: unknown[] }
    expect(errors.length).toBeLessThanOrEqual(100)
  })

  it.each(['authorization', 'content-type', 'host', 'idempotency-key', 'x-request-id'])(
    'that have two of %s are refused, since a proxy may go by the other one',
    async (name) => {
      const { status, body } = await get('/v1/rosters', asAdmin(), `${name}: a`, `${name.toUpperCase()}: b`)
      expect([status, JSON.parse(body)]).toEqual([
        400,
        expect.objectContaining({
          code: 'request_invalid',
          errors: [{ pointer: `/headers/${name}`, code: 'duplicate_field', detail: 'Send this header once.' }],
        }),
      ])
    },
  )

  it('without a host are refused in our own form, and those of HTTP/1.0 are not', async () => {
    const { status, body } = await send('GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')
    expect([status, JSON.parse(body).detail]).toEqual([400, '/headers/host: HTTP/1.1 needs this header.'])
    expect((await send('GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200)
  })

  it.each([
    ['GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: \x00b\r\n\r\n', 'Invalid header value char'],
    ['POST /healthz HTTP/1.1\r\nhost: x\r\ncontent-length: five\r\n\r\n', 'Invalid character in Content-Length'],
    ['PLEASE /healthz HTTP/1.1\r\nhost: x\r\n\r\n', 'Invalid method encountered'],
  ])('that are no HTTP are told why: %j', async (text, reason) => {
    const { status, body } = await send(text)
    expect([status, JSON.parse(body).detail]).toEqual([400, `This is not an HTTP request: ${reason}.`])
  })

  it('that say twice how long a body is begin no second request', async () => {
    const inner = 'GET /v1/rosters HTTP/1.1\r\nhost: x\r\n\r\n'
    const before = lines().filter(({ route }) => route === '/v1/rosters').length
    for (const lengths of [
      ['content-length: 4', 'transfer-encoding: chunked'],
      ['content-length: 0', `content-length: ${inner.length}`],
      ['transfer-encoding: chunked, identity'],
      ['transfer-encoding: \x0bchunked'],
    ]) {
      const head = ['POST /healthz HTTP/1.1', 'host: x', 'connection: close', ...lengths, '', ''].join('\r\n')
      const { status } = await send(`${head}0\r\n\r\n${inner}`)
      expect([lengths, status]).toEqual([lengths, 400])
    }
    expect(lines().filter(({ route }) => route === '/v1/rosters')).toHaveLength(before)
  })
})

describe('control characters', () => {
  /** Line ends and colours of a terminal, where a log would take them for its own. */
  const FORGED = '\n{"level":30,"msg":"request.done","actor":"token:forged"}\r\n\u001b[2J\u0000\u2028'

  it('make no line of the log, and none is written as it came', async () => {
    const ann = await visit(api.app, 'ann')
    const member = encodeURIComponent(FORGED)
    await api.call('GET', `/v1/rosters/${member}`)
    await api.call('PUT', `/v1/rosters/gold/members/${member}`, { firstName: FORGED })
    await api.call('PUT', '/v1/rosters/gold/members/u-1', { firstName: FORGED, lastName: FORGED })
    await api.call('POST', '/v1/tokens', { name: FORGED, scopes: [FORGED] })
    await api.call('POST', '/v1/events', [{ type: FORGED, source: FORGED, id: FORGED, data: { roster: FORGED } }])
    await api.call('GET', '/v1/rosters', undefined, { authorization: `Bearer ${encodeURIComponent(FORGED)}` })
    await api.call('GET', `/v1/people?email=${member}`)
    await ann.post('/login', { name: FORGED, password: FORGED, next: FORGED })
    await ann.post('/console/webhooks', { id: FORGED, url: FORGED })
    await ann.get(`/dashboard/q/${member}`)
    await send(`GET /x HTTP/1.1\r\nhost: x\r\nx-request-id: a\u001b[2Jb\r\nconnection: close\r\n\r\n`)
    for (const line of api.logged) {
      // One object a line, whatever is in it.
      expect(() => JSON.parse(line) as unknown).not.toThrow()
      // oxlint-disable-next-line no-control-regex -- what is looked for
      expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f\u2028\u2029]/)
    }
    expect(lines().filter(({ actor }) => actor === 'token:forged')).toEqual([])
  })
})

describe('the Host of a request', () => {
  const page = (host: string, origin: string) =>
    send(
      [
        'POST /login HTTP/1.1',
        `host: ${host}`,
        `origin: ${origin}`,
        'connection: close',
        'content-type: application/x-www-form-urlencoded',
        `content-length: ${FORM.length}`,
        '',
        FORM,
      ].join('\r\n'),
    )
  const FORM = new URLSearchParams({ name: 'ann', password: PASSWORD }).toString()

  it('must be the origin of a change, in whatever way either is written', async () => {
    expect((await page('a.example', 'http://a.example')).status).toBe(303)
    expect((await page('A.EXAMPLE:80', 'http://a.example')).status).toBe(303)
    for (const [host, origin] of [
      ['a.example', 'http://evil.example'],
      ['a.example', 'http://a.example.evil.example'],
      ['a.example', 'http://evil.example#a.example'],
      ['a.example', 'https://a.example'],
      ['a.example', 'http://a.example:81'],
      ['a.example', 'http://a.example@evil.example'],
      ['a.example', 'null'],
      ['a.example@evil.example', 'http://a.example'],
      ['a.example#', 'http://a.example.evil.example'],
      ['', 'http://'],
    ] as const) {
      expect([host, origin, (await page(host, origin)).status]).toEqual([host, origin, 403])
    }
  })

  it('leads nowhere: redirects are paths, and so is every link of a page', async () => {
    for (const [path, status] of [
      ['/', [200, 302, 303, 404]],
      ['/login', [200]],
      ['/console', [302, 303, 401, 403]],
      ['/docs', [200, 302, 303]],
    ] as const) {
      const head = `GET ${path} HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\nforwarded: host=evil.example\r\nconnection: close\r\n\r\n`
      const answer = await send(head)
      expect(status).toContain(answer.status)
      expect([path, answer.head.includes('evil.example'), answer.body.includes('evil.example')]).toEqual([
        path,
        false,
        false,
      ])
    }
  })
})

describe('Idempotency-Keys of one token', () => {
  it('are kept as a digest of one length, for as long as ids of events, however many and long they are', async () => {
    const event = { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-7' } } }
    const keysOf = async () => (await api.connection.keys('fr:idempotency:*')).toSorted()
    const before = await keysOf()
    const sent = Array.from({ length: 50 }, (_, at) => `${at}-${'k'.repeat(at * 4)}`)
    for (const key of sent) await api.call('POST', '/v1/events', event, { 'idempotency-key': key })
    const made = (await keysOf()).filter((key) => !before.includes(key))
    expect(made).toHaveLength(sent.length)
    expect(new Set(made.map((key) => key.length)).size).toBe(1)
    for (const key of made) {
      expect(await api.connection.strlen(key)).toBeLessThan(40)
      const leftMs = await api.connection.pttl(key)
      expect(leftMs).toBeGreaterThan(0)
      expect(leftMs).toBeLessThanOrEqual(api.deps.dedupDays * 86_400_000)
    }
    const tooLong = await api.call('POST', '/v1/events', event, { 'idempotency-key': 'k'.repeat(10_000) })
    expect(tooLong.statusCode).toBe(400)
    // Whatever is refused keeps nothing.
    await api.call('POST', '/v1/events', { ...event, type: 'none' }, { 'idempotency-key': 'refused' })
    await eventually(async () => expect(await keysOf()).toHaveLength(before.length + sent.length))
  })

  it('say nothing of those of another', async () => {
    const tokenOf = async (name: string) =>
      `Bearer ${(await api.call('POST', '/v1/tokens', { name, scopes: ['events:write'], rosters: ['gold'] })).json().token}`
    const post = async (authorization: string, id: string) => {
      const event = { type: 'member.joined', data: { roster: 'gold', member: { id } } }
      const answer = await api.call('POST', '/v1/events', event, { authorization, 'idempotency-key': 'the same' })
      return [answer.statusCode, answer.json().accepted ?? answer.json().code]
    }
    const [one, other] = [await tokenOf('one'), await tokenOf('other')]
    expect(await post(one, 'u-8')).toEqual([202, 1])
    expect(await post(other, 'u-9')).toEqual([202, 1])
    expect(await post(one, 'u-9')).toEqual([422, 'idempotency_key_reused'])
  })
})
