import { eventually, timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

/** Connections of each kind. Those that take no answer are in untaken.redis.test.ts. */
const OF_EACH = 6
/** Between two pieces of what comes without end. */
const DRIP_MS = 30
/** The limits of app.ts, made short. */
const SHORT = { headersTimeout: 400, requestTimeout: 800, keepAliveTimeout: 400, keepAliveTimeoutBuffer: 0 }
const LOOK_EVERY_MS = 50

interface Kind {
  /** What is sent at once. */
  text: string
  /** Sent again and again, without end. */
  drip?: string
  /** The sender says that nothing more will come. */
  isHalfClosed?: true
}

const head = (line: string, ...headers: string[]) => [`${line} HTTP/1.1`, 'host: x', ...headers, '', ''].join('\r\n')
const JSON_TYPE = 'content-type: application/json'
const CHUNKED = 'transfer-encoding: chunked'
const post = (...headers: string[]) => head('POST /v1/events', 'authorization: TOKEN', JSON_TYPE, ...headers)
const healthz = head('GET /healthz')
const TLS_HELLO = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + '\x00'.repeat(500)

const KINDS: Record<string, Kind> = {
  'says nothing': { text: '' },
  'sends blank lines': { text: '', drip: '\r\n' },
  'begins a line': { text: 'GET /v1/ro' },
  'has a path without end': { text: 'GET /', drip: 'a' },
  'has headers without end': { text: 'GET /healthz HTTP/1.1\r\nhost: x\r\n', drip: 'x-a: 1\r\n' },
  'has one header without end': { text: 'GET /healthz HTTP/1.1\r\nhost: x\r\nx-a: ', drip: 'b' },
  'sends no body': { text: post('content-length: 1000') },
  'sends a body byte by byte': { text: `${post('content-length: 100000')}[`, drip: ' ' },
  'announces a large body': { text: `${post('content-length: 4000000')}[` },
  'announces a large body without a token': {
    text: `${head('POST /v1/sources/none/receive', JSON_TYPE, 'content-length: 1000000')}{`,
  },
  'sends a form byte by byte': {
    text: `${head('POST /login', 'content-type: application/x-www-form-urlencoded', 'content-length: 1000')}a=`,
    drip: 'a',
  },
  'sends chunks without end': { text: post(CHUNKED), drip: '1\r\n \r\n' },
  'begins a chunk': { text: `${post(CHUNKED)}ffff\r\n[` },
  'has a length of a chunk without end': { text: post(CHUNKED), drip: '0' },
  'has an extension of a chunk without end': { text: `${post(CHUNKED)}1;a=`, drip: 'a' },
  'has trailers without end': { text: `${post(CHUNKED)}1\r\n[\r\n0\r\n`, drip: 'x-a: 1\r\n' },
  'sends on what was refused': { text: head('POST /none', 'content-length: 4000000'), drip: 'a' },
  'waits for 100 and sends nothing': { text: post('content-length: 1000', 'expect: 100-continue') },
  'expects what nobody has': { text: post('content-length: 1000', 'expect: gold') },
  'asks for another protocol': {
    text: head('GET /healthz', 'connection: upgrade', 'upgrade: websocket', 'sec-websocket-key: x'),
  },
  'asks for HTTP/2': {
    text: head('GET /healthz', 'connection: upgrade, http2-settings', 'upgrade: h2c', 'http2-settings: AAAA'),
  },
  'speaks HTTP/2': { text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
  'asks for a tunnel': { text: head('CONNECT example.com:443') },
  'speaks TLS': { text: TLS_HELLO },
  'speaks SSH': { text: 'SSH-2.0-OpenSSH_9.6\r\n' },
  'speaks as a proxy does': { text: `PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${healthz}` },
  'speaks HTTP/0.9': { text: 'GET /healthz\r\n' },
  'keeps alive by HTTP/1.0': { text: 'GET /healthz HTTP/1.0\r\nconnection: keep-alive\r\n\r\n' },
  'is kept alive': { text: healthz },
  'begins another request behind one': { text: `${healthz}GET /healthz HTTP/1.1\r\nx-a: `, drip: 'b' },
  'sends no body behind one': { text: `${healthz}${post('content-length: 1000')}`, drip: ' ' },
  'is half closed': { text: healthz, isHalfClosed: true },
  'is half closed at once': { text: '', isHalfClosed: true },
  'is half closed in its head': { text: 'GET /healthz HTTP/1.1\r\nhost: x\r\n', isHalfClosed: true },
  'is half closed in its body': { text: `${post('content-length: 1000')}[`, isHalfClosed: true },
  'is half closed in a chunk': { text: `${post(CHUNKED)}ff\r\n[`, isHalfClosed: true },
}

interface Opened {
  socket: Socket
  answered: string
  isClosed: boolean
}

let api: TestApi
let port: number
let limits: Record<string, unknown>
const opened = new Map<string, Opened[]>()
/** What others were answered while all of these were open. */
const meanwhile: number[] = []
let tokenOfSlow = ''

beforeAll(async () => {
  api = await serveApi()
  await api.addRoster()
  await api.addRoster({ id: 'other', teamKey: 'other', group: { id: 'group-other', name: 'other' } })
  const { server } = api.app
  const { headersTimeout, requestTimeout, keepAliveTimeout } = server
  limits = { headersTimeout, requestTimeout, keepAliveTimeout }
  Object.assign(server, SHORT, { connectionsCheckingInterval: LOOK_EVERY_MS })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (server.address() as AddressInfo).port
  tokenOfSlow = await tokenOf('slow', 'gold')
  const other = await tokenOf('other', 'other')
  for (const [name, kind] of Object.entries(KINDS)) {
    opened.set(name, await Promise.all(Array.from({ length: OF_EACH }, () => open(kind))))
  }
  for (let at = 0; at < 20; at++) meanwhile.push(await join('other', `u-${at}`, other))
})
afterAll(async () => {
  for (const { socket } of [...opened.values()].flat()) socket.destroy()
  await api.close()
})

async function tokenOf(name: string, roster: string): Promise<string> {
  const made = await api.call('POST', '/v1/tokens', { name, scopes: ['events:write'], rosters: [roster] })
  return `Bearer ${made.json().token}`
}

async function join(roster: string, id: string, authorization: string): Promise<number> {
  const event = { type: 'member.joined', data: { roster, member: { id } } }
  return (await api.call('POST', '/v1/events', event, { authorization })).statusCode
}

async function open({ text, drip, isHalfClosed }: Kind): Promise<Opened> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const one: Opened = { socket, answered: '', isClosed: false }
  socket.on('error', () => {})
  socket.once('close', () => (one.isClosed = true))
  await once(socket, 'connect')
  socket.on('data', (data) => (one.answered += data.toString('latin1')))
  const write = (piece: string) => socket.write(piece.replace('TOKEN', tokenOfSlow), 'latin1')
  if (text !== '') write(text)
  if (isHalfClosed) socket.end()
  if (drip !== undefined) void dripWhileOpen(one, () => write(drip))
  return one
}

async function dripWhileOpen(one: Opened, write: () => void): Promise<void> {
  while (!one.isClosed && one.socket.writable) {
    write()
    await timePasses(DRIP_MS)
  }
}

/** As the server counts them. */
const connections = () =>
  new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)))

describe('a slow connection', () => {
  it('has limits of time in everything it does', () => {
    expect(limits).toEqual({ headersTimeout: 15_000, requestTimeout: 60_000, keepAliveTimeout: 72_000 })
  })

  it('of whatever kind keeps no event of another waiting', () => {
    expect(meanwhile).toEqual(Array.from({ length: 20 }, () => 202))
  })

  it.each(Object.keys(KINDS))('that %s is closed in the end, and answered below 500 if at all', async (name) => {
    const all = opened.get(name) ?? []
    await eventually(() => {
      // Closed by the server: the sender's own half stays open until it is told so.
      for (const { socket } of all) if (socket.readableEnded) socket.end()
      expect(all.filter(({ isClosed }) => !isClosed)).toHaveLength(0)
    })
    const statuses = all.flatMap(({ answered }) =>
      [...answered.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status),
    )
    expect(statuses.filter((status) => Number(status) >= 500)).toEqual([])
  })

  it('leaves no connection and no turn taken', async () => {
    await eventually(async () => expect(await connections()).toBe(0))
    const batch = Array.from({ length: 1_000 }, (_, at) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id: `u-${at}`, firstName: 'x'.repeat(90) } },
    }))
    const answer = await api.call('POST', '/v1/events', batch, { authorization: tokenOfSlow })
    expect(answer.statusCode).toBe(202)
    expect(await Promise.all(Array.from({ length: 50 }, (_, at) => join('gold', `v-${at}`, tokenOfSlow)))).toEqual(
      Array.from({ length: 50 }, () => 202),
    )
    const large = await api.call(
      'POST',
      '/v1/sources/none/receive',
      { text: 'x'.repeat(200_000) },
      { authorization: '' },
    )
    expect(large.statusCode).toBe(404)
  })
})
