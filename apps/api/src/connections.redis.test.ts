import { eventually, signStripe, timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

const SECRET = 'whsec_of_the_sender'
let api: TestApi
let port: number
const open: Socket[] = []

beforeAll(async () => {
  api = await serveApi({ trustProxy: 1 })
  await api.addRoster()
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
  const body = { kind: 'stripe', secret: SECRET, rosters: { '*': 'gold' } }
  expect((await api.call('PUT', '/v1/sources/shop', body)).statusCode).toBe(201)
})
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})
afterAll(() => api.close())

async function begin(text: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  open.push(socket)
  await once(socket, 'connect')
  if (text !== '') socket.write(text)
}

/** From one network of a proxy's. */
const head = (line: string, ...headers: string[]) =>
  [`${line} HTTP/1.1`, 'host: x', 'x-forwarded-for: 203.0.113.1', ...headers, '', ''].join('\r\n')

/** A payload as Stripe sends it, from another network; its status, and how long it took. */
async function deliver(bytes: number, id: string, network = '198.51.100.7'): Promise<{ status: number; ms: number }> {
  const text = JSON.stringify({
    id,
    type: 'customer.updated',
    created: Math.floor(api.deps.clock.now() / 1_000),
    data: { object: { id: 'cus_Ann', email: 'ann@example.com', metadata: { note: 'x'.repeat(bytes) } } },
  })
  const headers = {
    'content-type': 'application/json',
    'x-forwarded-for': network,
    ...signStripe(SECRET, text, api.deps.clock.now()),
  }
  const begun = performance.now()
  const options = { host: '127.0.0.1', port, method: 'POST', agent: false as const }
  const sent = request({ ...options, path: '/v1/sources/shop/receive', headers })
  sent.end(text)
  const [answer] = (await once(sent, 'response')) as [{ statusCode: number; resume(): void }]
  answer.resume()
  return { status: answer.statusCode, ms: performance.now() - begun }
}

/** Reads of a roster wait until `goOn` is called. */
function holdRosters() {
  let goOn = () => {}
  const held = new Promise<void>((resolve) => (goOn = resolve))
  const find = api.store.rosters.find.bind(api.store.rosters)
  const spy = vi.spyOn(api.store.rosters, 'find').mockImplementation(async (id) => held.then(() => find(id)))
  return { spy, goOn: () => goOn() }
}

describe('slow connections', () => {
  it('in hundreds, half open in every way, keep nobody waiting', async () => {
    const beginnings = [
      '',
      'GET /v1/rosters HTTP/1.1\r\nhost: x\r\nx-a: ',
      head('POST /v1/events', 'content-type: application/json', 'content-length: 4000000'),
      head('POST /login', 'content-type: application/x-www-form-urlencoded', 'content-length: 1000') + 'a=',
      head('POST /v1/sources/shop/receive', 'content-type: application/json', 'content-length: 60000') + '{',
      head('POST /v1/sources/none/receive', 'content-type: application/json', 'transfer-encoding: chunked') +
        '1\r\n{\r\n',
      head('GET /healthz'),
    ]
    const alone = await middleOf100('alone')
    for (let round = 0; round < 60; round++) await Promise.all(beginnings.map(begin))
    // By what the same takes on this machine just now.
    expect(await middleOf100('beside')).toBeLessThan(3 * alone + 250)
  })

  /** Of 100 events, one after the other: how long the middle one waits (ms). The machine may be busy with others. */
  async function middleOf100(name: string): Promise<number> {
    const waits: number[] = []
    for (let at = 0; at < 100; at++) {
      const begun = performance.now()
      const event = { type: 'member.joined', data: { roster: 'gold', member: { id: `${name}-${at}` } } }
      const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${api.deps.adminToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(event),
      })
      expect(answer.status).toBe(202)
      await answer.text()
      waits.push(performance.now() - begun)
    }
    return waits.toSorted((a, b) => a - b)[50] ?? Infinity
  }

  it('with large bodies of nobody keep none of a membership system waiting that comes from elsewhere', async () => {
    const slow =
      head('POST /v1/sources/shop/receive', 'content-type: application/json', 'content-length: 1000000') + '{'
    for (let count = 0; count < 40; count++) await begin(slow)
    await timePasses(500)
    const { status, ms } = await deliver(100_000, 'evt_large')
    expect(status).toBe(200)
    expect(ms).toBeLessThan(5_000)
    expect((await deliver(100, 'evt_small')).status).toBe(200)
  })

  it('that break while requests wait behind one another leave no turn taken', async () => {
    const made = await api.call('POST', '/v1/tokens', { name: 'behind', scopes: ['admin'], rosters: ['gold'] })
    const token = `authorization: Bearer ${made.json().token}`
    let goOn = () => {}
    const held = new Promise<void>((resolve) => (goOn = resolve))
    const find = api.store.rosters.find.bind(api.store.rosters)
    const isHeld = vi.spyOn(api.store.rosters, 'find').mockImplementationOnce(async (id) => held.then(() => find(id)))
    const first = head('GET /v1/rosters/gold', token)
    const cut = [
      // Of the two megabytes that one network may have in memory, and the eight of one token.
      head('POST /v1/sources/shop/receive', 'content-type: application/json', 'content-length: 1000000') + '{',
      head('POST /v1/sources/shop/receive', 'content-type: application/json', 'content-length: 1000000') + '{',
      head('PUT /v1/rosters/gold/members', token, 'content-type: application/json', 'content-length: 1000') + '{',
      ...Array.from({ length: 2 }, () =>
        head('POST /v1/events', token, 'content-type: application/json', 'content-length: 4000000').concat('['),
      ),
    ]
    for (const rest of cut) {
      isHeld.mockImplementationOnce(async (id) => held.then(() => find(id)))
      await begin(first + rest)
    }
    await timePasses(300)
    for (const socket of open.splice(0)) socket.resetAndDestroy()
    await timePasses(300)
    goOn()
    expect((await deliver(100_000, 'evt_behind', '203.0.113.1')).status).toBe(200)
    const list = { members: [{ id: 'u-1', email: 'ann@example.com' }] }
    const authorization = token.slice('authorization: '.length)
    expect((await api.call('PUT', '/v1/rosters/gold/members?dryRun=true', list, { authorization })).statusCode).toBe(
      200,
    )
    const batch = Array.from({ length: 1_000 }, (_, at) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id: `u-${at}`, firstName: 'x'.repeat(90) } },
    }))
    expect((await api.call('POST', '/v1/events', batch, { authorization })).statusCode).toBe(202)
    isHeld.mockRestore()
  })

  it('answer what was sent behind one another in order, and one at a time is worked at', async () => {
    const { spy, goOn } = holdRosters()
    const token = `authorization: Bearer ${api.deps.adminToken}`
    const ids = Array.from({ length: 40 }, (_, at) => `nobody-${at}`)
    await begin(ids.map((id) => head(`GET /v1/rosters/${id}`, token)).join(''))
    let answers = ''
    open.at(-1)!.on('data', (text) => (answers += String(text)))
    await timePasses(300)
    expect(spy).toHaveBeenCalledTimes(1)
    expect((await api.call('GET', '/openapi.json')).statusCode).toBe(200)
    goOn()
    await eventually(() => {
      expect(answers.match(/HTTP\/1\.1 404/g)).toHaveLength(40)
    })
    expect(spy.mock.calls.map(([id]) => id)).toEqual(ids)
    spy.mockRestore()
  })

  it('live on however many requests they have carried, where few at a time are behind one another', async () => {
    const [pair, pairs] = [head('GET /healthz').repeat(2), 120]
    await begin('')
    const socket = open.at(-1)!
    let answers = 0
    socket.on('data', (text) => (answers += String(text).match(/HTTP\/1\.1 200/g)?.length ?? 0))
    for (let at = 1; at <= pairs; at++) {
      socket.write(pair)
      await vi.waitFor(() => expect([at, answers, socket.destroyed]).toEqual([at, 2 * at, false]), {
        timeout: 60_000,
        interval: 1,
      })
    }
  })

  it('break where very many requests were sent before an answer was read', async () => {
    const { spy, goOn } = holdRosters()
    const token = `authorization: Bearer ${api.deps.adminToken}`
    await begin(head('GET /v1/rosters/gold', token).repeat(1_400))
    await eventually(() => {
      expect(open.at(-1)!.destroyed).toBe(true)
    })
    expect(spy).toHaveBeenCalledTimes(1)
    goOn()
    spy.mockRestore()
  })
})
