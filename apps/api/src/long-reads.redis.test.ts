import { MEMBER_STATUSES } from '@flightroster/core/domain'
import { laneKeys } from '@flightroster/core/store'
import { timePasses } from '@flightroster/core/testing'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

const MEMBERS = 5_000

let api: TestApi
let port: number
/** Searches under way, and the most that were at once. */
let underWay = 0
let most = 0
/** Files wait for it after their first rows, as they do for whoever takes them slowly. */
let files = Promise.resolve()
/** Searches wait for it. */
let searches = Promise.resolve()

beforeAll(async () => {
  api = await serveApi()
  await api.addRoster()
  await api.addRoster({ id: 'other', teamKey: 'other', group: { id: 'group-other', name: 'other' } })
  for (let from = 0; from < MEMBERS; from += 1_000) {
    const events = Array.from({ length: 1_000 }, (_, at) => {
      const id = `u-${from + at}`
      return {
        type: 'member.joined',
        data: { roster: 'gold', member: { id, email: `${id}@example.com`, lastName: 'Lee' } },
      }
    })
    expect((await api.call('POST', '/v1/events', events)).statusCode).toBe(202)
  }
  const membersOf = api.store.members.bind(api.store)
  vi.spyOn(api.store, 'members').mockImplementation((teamKey, roster) => {
    const members = membersOf(teamKey, roster)
    return {
      ...members,
      async *listAll(filter, size) {
        for await (const ids of members.listAll(filter, size)) {
          yield ids
          await files
        }
      },
      async list(query) {
        most = Math.max(most, ++underWay)
        await searches
        return members.list(query).finally(() => underWay--)
      },
    }
  })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())
let taken: MockInstance
beforeEach(() => {
  most = 0
  taken = vi.spyOn(api.deps.leisure, 'begin')
})
afterEach(() => taken.mockRestore())

/** Each is bound to other rosters beside this one. */
const tokenOf = async (name: string) => {
  const made = await api.call('POST', '/v1/tokens', { name, scopes: ['rosters:read'], rosters: ['gold', name] })
  return { authorization: `Bearer ${made.json().token}` }
}
const ask = async (query: string, headers: Record<string, string>) => {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/rosters/gold/members${query}`, { headers })
  await answer.arrayBuffer()
  return answer.status
}

describe('reads that look through a whole roster', () => {
  it('go one at a time for each token, and two in all', async () => {
    const [one, two, three] = [await tokenOf('one'), await tokenOf('two'), await tokenOf('three')]
    const asked = Array.from({ length: 10 }, () => ask('?q=nobody', one))
    expect(await Promise.all(asked)).toEqual(asked.map(() => 200))
    expect(most).toBe(1)
    const all = [one, two, three].flatMap((token) => Array.from({ length: 4 }, () => ask('?q=lee&limit=1000', token)))
    expect(await Promise.all(all)).toEqual(all.map(() => 200))
    expect(most).toBe(2)
  })

  it('are tries of all who failed as well, asked for many times at once by one token', async () => {
    const made = await api.call('POST', '/v1/tokens', { name: 'again', scopes: ['rosters:write'], rosters: ['gold'] })
    const again = { authorization: `Bearer ${made.json().token}` }
    const { status } = laneKeys('acme').roster('gold')
    const failed = MEMBER_STATUSES.indexOf('failed')
    await api.connection.zadd(status, ...Array.from({ length: 300 }, (_, at) => [failed, `u-${at}`]).flat())
    const asked = Array.from({ length: 20 }, () =>
      fetch(`http://127.0.0.1:${port}/v1/rosters/gold/retry`, { method: 'POST', headers: again }),
    )
    const answers = await Promise.all((await Promise.all(asked)).map((answer) => answer.json()))
    expect(answers).toContainEqual({ retried: 300 })
    expect(most).toBe(1)
  })

  it('count as long work, so that small requests go before each of their pieces; a page is a small request', async () => {
    const token = await tokenOf('pieces')
    taken.mockClear()
    await ask('?limit=100', token)
    expect(taken).toHaveBeenCalledTimes(1)
    await ask('?q=nobody', token)
    await ask('?limit=1000', token)
    expect(taken).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['GET', '/v1/rosters/gold/idle'],
    ['POST', '/v1/rosters/gold/idle/reclaim'],
    ['POST', '/v1/rosters/gold/retry'],
    ['GET', '/v1/rosters/gold/activity'],
    ['GET', '/v1/rosters/gold/reconciliations'],
    ['DELETE', '/v1/people?email=nobody@example.com'],
  ])('count as long work, whatever they come to: %s %s', async (method, path) => {
    taken.mockClear()
    const headers = { authorization: `Bearer ${api.deps.adminToken}` }
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers })
    expect([200, 202, 409]).toContain(answer.status)
    expect(taken).not.toHaveBeenCalled()
  })

  it('let small requests go before each piece, of which a search has some', async () => {
    const token = await tokenOf('pieces')
    const pieces = vi.spyOn(api.deps.leisure, 'take')
    await ask('?q=nobody', token)
    // A thousand records each.
    expect(pieces.mock.calls.length).toBeGreaterThanOrEqual(MEMBERS / 1_000)
    pieces.mockClear()
    await ask('?limit=1000', token)
    expect(pieces.mock.calls.length).toBeGreaterThanOrEqual(5)
    pieces.mockClear()
    const headers = { ...token, accept: 'text/csv' }
    await ask('', headers)
    expect(pieces.mock.calls.length).toBeGreaterThanOrEqual(MEMBERS / 200)
    pieces.mockRestore()
  })

  it('are refused with when to come again where one token has very many waiting', async () => {
    const [many, other] = [await tokenOf('many'), await tokenOf('beside')]
    const asked = Array.from({ length: 80 }, () => ask('?q=nobody', many))
    expect(await ask('?q=u-17', other)).toBe(200)
    const statuses = await Promise.all(asked)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
  })

  it('leave the small requests of the same token their turns, however many of them wait', async () => {
    const token = await tokenOf('both')
    let goOn = () => {}
    searches = new Promise((resolve) => (goOn = resolve))
    const asked = Array.from({ length: 51 }, () => ask('?q=nobody', token))
    const connections = () =>
      new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)))
    await expect.poll(async () => [underWay, (await connections()) >= asked.length]).toEqual([1, true])
    await timePasses(500)
    const small = fetch(`http://127.0.0.1:${port}/v1/rosters/gold`, { headers: token }).then(({ status }) => status)
    // Those that wait too long are refused, and would make room for it.
    const first = await Promise.race([small, ...asked.map(async (one) => `a search: ${await one}`)])
    goOn()
    searches = Promise.resolve()
    await Promise.all(asked)
    expect(first).toBe(200)
  })

  it('keep no turn while a file is taken slowly, of which a token has four at most', async () => {
    const slow = await tokenOf('slow')
    let goOn = () => {}
    files = new Promise((resolve) => (goOn = resolve))
    const sockets = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const socket = connect(port, '127.0.0.1')
        await once(socket, 'connect')
        const head = `GET /v1/rosters/gold/members HTTP/1.1\r\nhost: x\r\naccept: text/csv\r\nauthorization: ${slow.authorization}`
        socket.write(`${head}\r\n\r\n`)
        await once(socket, 'readable')
        return socket
      }),
    )
    expect(await ask('?q=nobody', slow)).toBe(200)
    expect(await ask('', { ...slow, accept: 'text/csv' })).toBe(429)
    files = Promise.resolve()
    expect(await ask('', { ...(await tokenOf('quick')), accept: 'text/csv' })).toBe(200)
    for (const socket of sockets) socket.destroy()
    goOn()
    await expect.poll(() => ask('', { ...slow, accept: 'text/csv' })).toBe(200)
  })
})
