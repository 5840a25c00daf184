import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { request } from 'node:http'
import { makeHostileBodies, type HostileBody } from '../testing/hostile-bodies.ts'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, visit } from '../testing/visitor.ts'
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

interface Answer {
  status: number
  type: string
  text: string
}

/** Sends a body by a real connection. */
async function send({ method, path, type, body, withToken }: HostileBody): Promise<Answer> {
  const origin = `http://127.0.0.1:${port}`
  const headers = {
    'content-type': type,
    origin,
    'content-length': String(body.length),
    ...(withToken ? { authorization: `Bearer ${api.deps.adminToken}` } : {}),
  }
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        sent.destroy()
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
    // An answer may come before the body was taken; what is sent after it is refused by a reset.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (!sent.destroyed && error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error)
    })
    sent.end(body)
  })
}

describe('a hostile body', () => {
  it.each(makeHostileBodies().map((body) => [body.name, body] as const))(
    'holds nobody up and is answered briefly: %s',
    async (_name, body) => {
      const { result: answer, cost } = await costOf(() => send(body))
      expect(body.statuses).toContain(answer.status)
      expect(cost.heldMs).toBeLessThan(MOST.heldMs)
      expect(cost.mb).toBeLessThan(MOST.mb)
      expect(answer.text.length).toBeLessThan(1024 * 1024)
      // A page says one sentence about a form.
      if (answer.status !== 400 || answer.type.startsWith('text/html')) return
      const { errors = [] } = JSON.parse(answer.text) as { errors?: { pointer: string }[] }
      expect(errors.length).toBeLessThanOrEqual(100)
      expect(Math.max(0, ...errors.map(({ pointer }) => pointer.length))).toBeLessThanOrEqual(200)
    },
  )

  it('is never read on a path that is none', async () => {
    const answer = await api.app.inject({
      method: 'POST',
      url: '/none',
      payload: '{"a":',
      headers: { 'content-type': 'application/json' },
    })
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found'])
  })

  it('is refused by a page unless it is a form', async () => {
    for (const type of ['application/json', 'multipart/form-data; boundary=x', 'text/plain']) {
      const headers = { 'content-type': type, origin: 'http://localhost' }
      expect((await api.app.inject({ method: 'POST', url: '/login', payload: '{}', headers })).statusCode).toBe(415)
    }
  })
})

describe('ROSTER_LIMIT', () => {
  let small: TestApi
  beforeAll(async () => {
    small = await serveApi({ rosterLimit: 3, dashboard: await makeDashboard() })
    await small.addRoster()
  })
  afterAll(() => small.close())
  const people = (...ids: string[]) => ids.map((id) => ({ id, email: `${id}@example.com` }))
  const putList = (members: unknown, query = '') => small.call('PUT', `/v1/rosters/gold/members${query}`, { members })
  const event = (id: string, type = 'member.joined') => ({ type, data: { roster: 'gold', member: { id } } })

  it('bounds the rows of a list, as JSON and as CSV, on the page too', async () => {
    const long = await putList(people('a', 'b', 'c', 'd'))
    expect([long.statusCode, long.json().code]).toEqual([413, 'list_too_long'])
    const csv = 'id,email\na,\nb,\nc,\nd,\n'
    const answer = await small.call('PUT', '/v1/rosters/gold/members', csv, { 'content-type': 'text/csv' })
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'list_too_long'])
    const ann = await visit(small.app, 'ann')
    expect((await ann.post('/console/rosters/gold/upload', { text: csv })).body).toContain('at most 3 rows')
  })

  it('bounds the members of a roster, by events, by hand and by lists', async () => {
    expect((await putList(people('a', 'b', 'c'))).statusCode).toBe(202)
    const refused = await small.call('POST', '/v1/events', [
      event('a'),
      event('d'),
      event('c', 'member.left'),
      event('e'),
    ])
    expect(refused.json()).toMatchObject({ accepted: 2, rejected: 2 })
    expect(refused.json().events[1].problem.code).toBe('roster_full')
    const byHand = await small.call('PUT', '/v1/rosters/gold/members/f', {})
    expect([byHand.statusCode, byHand.json().code]).toEqual([409, 'roster_full'])
    // A list that puts others in their places goes: what it removes makes room.
    expect((await putList(people('x', 'y', 'z'), '?dryRun=true')).statusCode).toBe(200)
    expect((await putList(people('a', 'b', 'z'))).statusCode).toBe(202)
  })
})
