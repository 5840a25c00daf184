import { createServer } from 'node:net'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AppleError } from './apple-error.ts'
import { isWriteAmbiguous } from './classify.ts'
import { createAppleClient, type AppleClient, type AppleClientDeps, type AppleSession } from './client.ts'
import {
  memoryLog,
  newCredentials,
  openGate,
  page,
  refuse,
  reply,
  shiftedClock,
  startScriptedServer,
  tester,
  type OpenGate,
  type Reply,
  type ScriptedServer,
} from '../testing/scripted-server.ts'
import type { Gate } from './types.ts'

const credentials = newCredentials()
const open: AppleClient[] = []
let apple: ScriptedServer
let gate: OpenGate
let lines: Record<string, unknown>[]

beforeAll(async () => {
  apple = await startScriptedServer()
})
beforeEach(() => {
  apple.seen.length = 0
  gate = openGate()
})
afterAll(async () => {
  await apple.close()
  await Promise.all(open.map((client) => client.close()))
})

function connect(deps: Partial<AppleClientDeps> = {}): AppleClient {
  const memory = memoryLog()
  lines = memory.lines
  const client = createAppleClient({ baseUrl: apple.url, log: memory.log, ...deps })
  open.push(client)
  return client
}

function session(deps: Partial<AppleClientDeps> = {}, signal?: AbortSignal, through: Gate = gate): AppleSession {
  return connect(deps).session(credentials, through, signal)
}

async function caught(promise: Promise<unknown>): Promise<AppleError> {
  const error = await promise.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  )
  if (error instanceof AppleError) return error
  throw new Error('not an AppleError', { cause: error })
}

const issuedAt = (call: number) => Number(decodeJwt(apple.seen[call]?.authorization.slice(7) ?? '').iat) * 1000

const hang: Reply = () => {}
const hangUp: Reply = (response) => response.socket?.destroy()
const cutInTheBody: Reply = (response) => {
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': '500' })
  response.write('{"data":{"id":"t1"')
  setTimeout(() => response.socket?.destroy(), 20)
}
const drip =
  (status: number): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  }
const flood =
  (status: number, bytes: number): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(Buffer.alloc(bytes, 32))
  }

describe('a call', () => {
  it('is admitted, sent with a token, and noted with what came of it', async () => {
    apple.script(reply(204, undefined, { 'x-rate-limit': 'user-hour-lim:3600;user-hour-rem:3577;' }))
    const connected = session()
    await connected.addTesters('g1', ['t1', 't2'])
    await connected.addTesters('g1', ['t3'])

    const path = '/v1/betaGroups/{id}/relationships/betaTesters'
    expect(gate.admitted[0]).toEqual({ method: 'POST', path, write: true })
    expect(gate.records[0]).toMatchObject({ method: 'POST', path, status: 204, appleCode: null, code: null })
    expect(gate.records[0]?.quota).toMatchObject({ hourLimit: 3600, hourRemaining: 3577, minuteLimit: null })
    expect(Math.abs(Number(gate.records[0]?.serverTime) - Date.now())).toBeLessThan(60_000)
    expect(apple.seen[0]).toMatchObject({ method: 'POST', target: '/v1/betaGroups/g1/relationships/betaTesters' })
    const [first, second] = apple.seen.map(({ authorization }) => authorization)
    expect(first).toMatch(/^Bearer ey/)
    expect(second).toBe(first)
  })

  it.each([401, 403])('shows another token after a %s', async (status) => {
    apple.script(reply(204), refuse(status, 'NOT_AUTHORIZED'), reply(204), reply(204))
    const connected = session()
    await connected.addTesters('g1', ['t1'])
    await caught(connected.addTesters('g1', ['t2']))
    await connected.addTesters('g1', ['t3'])
    await connected.addTesters('g1', ['t4'])
    const [first, refused, next, last] = apple.seen.map(({ authorization }) => authorization)
    expect([refused === first, next === first, last === next]).toEqual([true, false, true])
  })

  it('is kept from being sent by a gate that refuses, and is not noted', async () => {
    const closed: Gate = { ...gate, admit: () => Promise.reject(new Error('no budget')) }
    await expect(session({}, undefined, closed).addTesters('g1', ['t1'])).rejects.toThrow('no budget')
    expect([apple.seen, gate.records]).toEqual([[], []])
  })

  it('keeps its answer when the note of it fails', async () => {
    apple.script(reply(204))
    const forgetful: Gate = { ...gate, note: () => Promise.reject(new Error('store is down')) }
    await session({}, undefined, forgetful).addTesters('g1', ['t1'])
    expect(lines).toMatchObject([{ msg: 'apple.call_not_noted', status: 204 }])
  })

  it('notes refusals with the code of Apple and ours', async () => {
    apple.script(refuse(409, 'STATE_ERROR'), reply(429, '', { 'retry-after': '9' }))
    const connected = session()
    await caught(connected.addTesters('g1', ['t1']))
    const error = await caught(connected.addTesters('g1', ['t1']))
    expect(error).toMatchObject({ code: 'apple_rate_limited', retryAfterMs: 9_000 })
    expect(gate.records).toMatchObject([
      { status: 409, appleCode: 'STATE_ERROR', code: 'apple_refused', retryAfterMs: null },
      { status: 429, appleCode: null, code: 'apple_rate_limited', retryAfterMs: 9_000 },
    ])
  })

  it('reports a request that Apple does not understand as a bug of ours', async () => {
    apple.script(refuse(400, 'PARAMETER_ERROR.INVALID', { detail: 'ann@example.com', source: { parameter: 'sort' } }))
    expect((await caught(session().listApps())).code).toBe('apple_request_invalid')
    expect(lines).toMatchObject([{ level: 'error', msg: 'apple.request_invalid', pointer: 'sort', path: '/v1/apps' }])
    expect(JSON.stringify(lines)).not.toContain('ann@')
  })

  it('takes the path of the base URL with it', async () => {
    apple.script(reply(200, page([])))
    await session({ baseUrl: `${apple.url}/staging/` }).listGroups('a+1')
    expect(apple.seen[0]?.url.pathname).toBe('/staging/v1/apps/a%2B1/betaGroups')
  })

  it.each([
    '',
    '.',
    '..',
    '../../v1/apps',
    'a/1',
    'a\\1',
    'a?limit=1',
    'a#',
    'a%2f',
    'a b',
    'ü',
    '\u0000',
    'x'.repeat(256),
  ])('does not ask for "%s", which is nobody\'s id', async (id) => {
    const error = await caught(session().listGroups(id))
    expect(error).toMatchObject({ code: 'apple_not_found', details: { status: 404, id } })
    expect([apple.seen, gate.admitted]).toEqual([[], []])
  })
})

describe('a lost answer', () => {
  it.each<[string, Reply, number | null]>([
    ['a connection lost before the answer', hangUp, null],
    ['a connection lost in the middle of the body', cutInTheBody, 201],
    ['headers after the deadline', hang, null],
    ['a body that drips past the deadline', drip(201), 201],
  ])('%s leaves a write ambiguous, tried once', async (_name, answer, status) => {
    apple.script(answer)
    const started = performance.now()
    const creating = session({ callTimeoutMs: 300 }).createTester({ groupId: 'g1', email: 'a@example.com' })
    const error = await caught(creating)
    expect(error).toMatchObject({ code: 'apple_unreachable', details: { sent: true, status } })
    expect(isWriteAmbiguous(error)).toBe(true)
    expect(performance.now() - started).toBeLessThan(1_500)
    expect(apple.seen).toHaveLength(1)
    expect(gate.records).toMatchObject([{ status, code: 'apple_unreachable' }])
  })

  it('is told from a connection that was refused, where nothing was sent', async () => {
    const port = await freePort()
    const error = await caught(session({ baseUrl: `http://127.0.0.1:${port}` }).addTesters('g1', ['t1']))
    expect(error).toMatchObject({ code: 'apple_unreachable', details: { sent: false, reason: 'ECONNREFUSED' } })
    expect(isWriteAmbiguous(error)).toBe(false)
    expect(gate.records).toMatchObject([{ status: null, code: 'apple_unreachable' }])
  })

  it('does not hide a status that says it all', async () => {
    apple.script(drip(503), flood(429, 5_000), drip(403))
    const connected = session({ callTimeoutMs: 200, maxBodyBytes: 1_000 })
    const codes = []
    for (let calls = 0; calls < 3; calls += 1) codes.push((await caught(connected.listApps())).code)
    expect(codes).toEqual(['apple_unavailable', 'apple_rate_limited', 'apple_unreachable'])
  })

  it('on a kept-alive connection that was reset under a POST is not sent again', async () => {
    apple.script(reply(204), hangUp)
    const connected = session()
    await connected.addTesters('g1', ['t1'])
    expect((await caught(connected.addTesters('g1', ['t2']))).details.sent).toBe(true)
    expect(apple.seen).toHaveLength(2)
  })
})

describe('an answer that cannot be read', () => {
  it.each<[string, Reply]>([
    ['an HTML page', reply(200, '<html></html>')],
    ['truncated JSON', reply(200, '{"data":[{"type":"apps","id":"1"')],
    ['another shape', reply(200, { data: 'nonsense', links: { self: '/' } })],
    ['an empty object', reply(200, {})],
    ['a redirect', reply(302, '', { location: 'https://example.com/' })],
    ['a body over the limit', flood(200, 200_000)],
  ])('is never a success: %s', async (_name, answer) => {
    apple.script(answer)
    const error = await caught(session({ maxBodyBytes: 100_000 }).listApps())
    expect(error.code).toBe('apple_answer_unreadable')
    expect(gate.records).toMatchObject([{ code: 'apple_answer_unreadable' }])
    expect(apple.seen).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['no tester', {}],
    ['no id', { data: { type: 'betaTesters', attributes: { email: 'a@example.com' } } }],
    ['an empty id', { data: tester('', 'a@example.com') }],
    ['another address', { data: tester('t1', 'b@example.com') }],
  ])('is a created tester with %s', async (_name, body) => {
    apple.script(reply(201, body))
    const error = await caught(session().createTester({ groupId: 'g1', email: 'a@example.com' }))
    expect(error.code).toBe('apple_answer_unreadable')
    expect(JSON.stringify(error.details)).not.toContain('example.com')
  })

  it('is not a created tester whose answer leaves the address out: the id is what counts', async () => {
    apple.script(reply(201, { data: tester('t1', null) }))
    const row = await session().createTester({ groupId: 'g1', email: 'a@example.com' })
    expect(row).toMatchObject({ id: 't1', email: 'a@example.com' })
  })

  it('is a 200 page where a removal has no body', async () => {
    apple.script(reply(200, '<html></html>'))
    expect((await caught(session().removeTesters('g1', ['t1']))).code).toBe('apple_answer_unreadable')
  })
})

describe('the signal of the caller', () => {
  it('ends a call under way, and its reason is thrown as it is', async () => {
    const controller = new AbortController()
    const reason = new Error('the lease is lost')
    apple.script((response) => {
      response.writeHead(200)
      response.write('{')
      controller.abort(reason)
    })
    await expect(session({}, controller.signal).listApps()).rejects.toBe(reason)
    expect(gate.records).toHaveLength(1)
  })

  it('keeps a call from being sent once it is aborted', async () => {
    const reason = new Error('shutting down')
    await expect(session({}, AbortSignal.abort(reason)).listApps()).rejects.toBe(reason)
    expect([apple.seen, gate.admitted]).toEqual([[], []])
  })

  it('keeps a call from being sent when it is aborted while the gate admits it', async () => {
    const controller = new AbortController()
    const reason = new Error('shutting down')
    const slow: Gate = { ...gate, admit: async () => controller.abort(reason) }
    await expect(session({}, controller.signal, slow).listApps()).rejects.toBe(reason)
    expect(apple.seen).toEqual([])
    expect(gate.records).toMatchObject([{ status: null, code: null }])
  })
})

describe("the host's clock", () => {
  it.each([300_000, -300_000])(
    'is corrected by what Apple says even in a 401, when it is off by %d ms',
    async (offMs) => {
      apple.script(refuse(401, 'NOT_AUTHORIZED'), reply(200, page([])))
      const client = connect({ clock: shiftedClock(offMs) })
      const connected = client.session(credentials, gate)
      expect(client.clockOffsetMs()).toBe(0)
      expect((await caught(connected.listApps())).code).toBe('key_rejected')
      await connected.listApps()
      expect(Math.abs(client.clockOffsetMs() + offMs)).toBeLessThan(30_000)
      expect(Math.abs(issuedAt(0) - (Date.now() + offMs - 60_000))).toBeLessThan(30_000)
      expect(Math.abs(issuedAt(1) - (Date.now() - 60_000))).toBeLessThan(30_000)
    },
  )

  it('stays uncorrected when an answer has no usable date', async () => {
    apple.script(reply(200, page([]), { date: 'yesterday' }))
    const client = connect({ clock: shiftedClock(300_000) })
    await client.session(credentials, gate).listApps()
    expect(client.clockOffsetMs()).toBe(0)
    expect(gate.records[0]?.serverTime).toBeNull()
  })
})

/** A port that was free a moment ago, so that nobody listens on it. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 1
}
