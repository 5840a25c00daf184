import { eventually, timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

const AT_ONCE = 50
/** One for each test: the server may close a connection just when it is used again after a long rest. */
let agent: Agent
const MAY_WAIT = 2_000

let api: TestApi
let port: number
/** Reads of the roster "gold" under way: they wait for `goOn`. */
let underWay = 0
let goOn = () => {}
let held = Promise.resolve()

const hold = () => {
  held = new Promise((resolve) => (goOn = resolve))
}

beforeAll(async () => {
  api = await serveApi()
  await api.addRoster()
  await api.addRoster({ id: 'other', teamKey: 'other', group: { id: 'group-other', name: 'other' } })
  const find = api.store.rosters.find.bind(api.store.rosters)
  vi.spyOn(api.store.rosters, 'find').mockImplementation(async (id) => {
    if (id !== 'gold') return find(id)
    underWay++
    await held
    return find(id).finally(() => underWay--)
  })
  // By default 511 may wait to be accepted; beyond that the kernel resets some, where the process is slow.
  await api.app.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 })
  port = (api.app.server.address() as AddressInfo).port
})
beforeEach(() => {
  agent = new Agent({ keepAlive: true })
})
afterEach(() => {
  goOn()
  agent.destroy()
})
afterAll(() => api.close())

const tokenOf = async (name: string, roster = 'gold') => {
  const made = await api.call('POST', '/v1/tokens', { name, scopes: ['rosters:read'], rosters: [roster] })
  return `Bearer ${made.json().token}`
}
/** Without a time limit for the connection, since a busy machine takes long to accept thousands of them. */
const ask = async (authorization: string, roster = 'gold') => {
  const url = `http://127.0.0.1:${port}/v1/rosters/${roster}`
  const [answer] = (await once(get(url, { headers: { authorization }, agent }), 'response')) as [IncomingMessage]
  await buffer(answer)
  return answer.statusCode
}

it('small requests of one token go fifty at once, in their order, and hold up nobody else', async () => {
  const [many, other] = [await tokenOf('many'), await tokenOf('beside', 'other')]
  hold()
  const asked = Array.from({ length: 3 * AT_ONCE }, () => ask(many))
  await eventually(() => expect(underWay).toBe(AT_ONCE))
  expect(await ask(other, 'other')).toBe(200)
  expect(underWay).toBe(AT_ONCE)
  goOn()
  expect(await Promise.all(asked)).toEqual(asked.map(() => 200))
})

it('tokens that are bound to the same rosters have the turns of one, however many they are', async () => {
  const tokens = await Promise.all(Array.from({ length: 4 }, (_, at) => tokenOf(`many-${at}`)))
  const other = await tokenOf('beside', 'other')
  hold()
  const asked = tokens.flatMap((token) => Array.from({ length: AT_ONCE }, () => ask(token)))
  await eventually(() => expect(underWay).toBe(AT_ONCE))
  expect(await ask(other, 'other')).toBe(200)
  expect(underWay).toBe(AT_ONCE)
  goOn()
  expect(await Promise.all(asked)).toEqual(asked.map(() => 200))
})

it('whoever hangs up leaves nothing taken', async () => {
  const authorization = await tokenOf('hanging up')
  hold()
  const sockets = Array.from({ length: 2 * AT_ONCE }, () => connect(port, '127.0.0.1'))
  for (const socket of sockets)
    socket.write(`GET /v1/rosters/gold HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`)
  await eventually(() => expect(underWay).toBe(AT_ONCE))
  for (const socket of sockets) socket.destroy()
  goOn()
  await eventually(() => expect(underWay).toBe(0))
  expect(await ask(authorization)).toBe(200)
})

it('whoever hangs up while waiting leaves the place to the next', async () => {
  const authorization = await tokenOf('leaving the line')
  const connections = () =>
    new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)))
  hold()
  const first = Array.from({ length: AT_ONCE }, () => ask(authorization))
  await eventually(() => expect(underWay).toBe(AT_ONCE))
  const before = await connections()
  const sockets = Array.from({ length: MAY_WAIT }, () => connect(port, '127.0.0.1'))
  for (const socket of sockets)
    socket.write(`GET /v1/rosters/gold HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`)
  await eventually(async () => expect(await connections()).toBeGreaterThanOrEqual(before + MAY_WAIT))
  await timePasses(500)
  for (const socket of sockets) socket.destroy()
  await eventually(async () => expect(await connections()).toBeLessThanOrEqual(before))
  const next = ask(authorization)
  await timePasses(300)
  goOn()
  expect(new Set(await Promise.all([...first, next]))).toEqual(new Set([200]))
})

it('are refused with when to come again where one token has very many waiting', async () => {
  const authorization = await tokenOf('very many')
  hold()
  const asked = Array.from({ length: 2_100 }, () => ask(authorization))
  await eventually(() => expect(underWay).toBe(AT_ONCE))
  // The answers to the one too many do not wait for those before them.
  expect(await Promise.race(asked)).toBe(429)
  goOn()
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200, 429]))
})
