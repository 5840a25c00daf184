import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../testing/visitor.ts'

const MEMBERS = 20_000

let api: TestApi
let ann: Visitor
let plan: string
let [turns, pieces]: MockInstance[] = []

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard(), verifiesAnswers: false })
  await api.addRoster()
  ann = await visit(api.app, 'ann')
  const rows = Array.from(
    { length: MEMBERS },
    (_, at) => `u-${at},u${at}@example.com,Ann,Lee ${(at * 7_919) % MEMBERS}`,
  )
  const sent = await api.app.inject({
    method: 'PUT',
    url: '/v1/rosters/gold/members',
    headers: { authorization: `Bearer ${api.deps.adminToken}`, 'content-type': 'text/csv' },
    payload: ['id,email,firstName,lastName', ...rows].join('\n'),
  })
  plan = sent.json().reconciliation
})
afterAll(() => api.close())
beforeEach(() => {
  turns = vi.spyOn(api.deps.leisure, 'turn')
  pieces = vi.spyOn(api.deps.leisure, 'take')
})
afterEach(() => vi.restoreAllMocks())

/** Pieces of a plain run through all of them, a thousand at a time at most. */
const MANY = MEMBERS / 1_000

describe('a roster of very many', () => {
  it.each([
    ['its people by name', () => '/console/rosters/gold/members?sort=name'],
    ['its people by address', () => '/console/rosters/gold/members?sort=address'],
    ['its people by status, as a file', () => '/console/rosters/gold/members.csv?sort=status'],
    ['its people by their last change', () => '/console/rosters/gold/members?sort=-changed'],
    ['its people by name, as a file', () => '/console/rosters/gold/members.csv?sort=name'],
    ['a plan of all of them', () => `/console/rosters/gold/plans/${plan}`],
    ['a plan of all of them, as a file', () => `/console/rosters/gold/plans/${plan}/people.csv`],
  ])('is put in order in pieces that let others go before: %s', async (_name, url) => {
    const answer = await ann.get(url())
    expect(answer.statusCode).toBe(200)
    // Sorted a thousand at a time, then put together two by two: half as often where most are in order already.
    expect(turns?.mock.calls.length).toBeGreaterThan((MANY * Math.log2(MANY)) / 2)
  })

  it.each([
    ['its people', () => '/console/rosters/gold/members.csv'],
    ['a plan of all of them', () => `/console/rosters/gold/plans/${plan}/people.csv`],
  ])('is read and written as a file in pieces: %s', async (_name, url) => {
    const { statusCode, body } = await ann.get(url())
    expect([statusCode, body.trim().split('\r\n').length]).toEqual([200, MEMBERS + 1])
    expect(pieces?.mock.calls.length).toBeGreaterThan(MANY)
    expect(body).toContain('u-17,u17@example.com,Ann,')
  })

  it('is told by turns: one file of a person at a time is made, and no small request waits for it', async () => {
    const taken = vi.spyOn(api.deps.leisure, 'begin')
    const urls = ['members.csv', `plans/${plan}`, `plans/${plan}/people.csv`].map(
      (url) => `/console/rosters/gold/${url}`,
    )
    for (const url of urls) expect((await ann.get(url)).statusCode).toBe(200)
    expect((await ann.post('/console/people', { email: 'u17@example.com' })).statusCode).toBe(200)
    expect((await api.call('GET', '/v1/audit', undefined, { accept: 'application/x-ndjson' })).statusCode).toBe(200)
    expect(taken).not.toHaveBeenCalled()
  })
})
