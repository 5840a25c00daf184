import { NOTHING_OBSERVED } from '@flightroster/core/domain'
import { createActivity, createLaneStore } from '@flightroster/core/store'
import { eventually, makeTeamKey } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.store.teamKeys.put(makeTeamKey({ id: 'acme' }))
  for (const id of ['gold', 'silver']) {
    await api.addRoster({ id, teamKey: 'acme', group: { id: `g-${id}`, name: id } })
  }
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
  const joined = { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1', email: 'ann@example.com' } } }
  await api.call('POST', '/v1/events', joined, { 'x-request-id': 'req-event' })
  const list = { members: [{ id: 'u-1' }, { id: 'zoe@example.com', email: 'zoe@example.com' }] }
  await api.call('PUT', '/v1/rosters/gold/members', list, { 'x-request-id': 'req-list' })
  await api.call('POST', '/v1/rosters/gold/members/u-1/converge', undefined, { 'x-request-id': 'req-converge' })
  await recordOutcome('u-1')
  await api.call('POST', '/v1/rosters/gold/pause', undefined, { 'x-request-id': 'req-pause' })
})
afterAll(() => api.close())

/** As a worker does it. */
async function recordOutcome(member: string): Promise<void> {
  const roster = await api.store.rosters.find('gold')
  const record = await api.store.members('acme', 'gold').find(member)
  if (!roster || !record) throw new Error('Nobody is here.')
  const lane = createLaneStore(api.connection, 'acme')
  await lane.open('token', 60_000)
  const outcome = await lane.recordOutcome('token', {
    roster,
    member,
    ref: 'r-1',
    met: { fresh: 0, invite: 0 },
    version: record.desired.version,
    observed: { ...NOTHING_OBSERVED, converged: record.desired.version },
    status: 'failed',
    entry: {
      t: Date.now(),
      k: 'run',
      c: [['POST /v1/betaTesters', 409, 'ENTITY_ERROR']],
      s: 'failed',
      p: 'address_invalid',
      d: 'Apple refuses the address.',
    },
    callMs: [143],
    fact: null,
    ending: 'done',
    testerIds: new Map(),
  })
  expect(outcome).toBe('recorded')
}

interface Item {
  at: string
  kind: string
  member: string | null
  by: string | null
  requestId: string | null
  status: string | null
  calls: unknown[]
  problem: unknown
  text: string
}

async function read(
  query = '',
  headers: Record<string, string> = {},
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const answer = await api.call('GET', `/v1/rosters/gold/activity${query}`, undefined, headers)
  expect(answer.statusCode).toBe(200)
  return answer.json()
}

describe('the activity of a roster', () => {
  it('tells everything newest first: who asked, with which request, and what came of it with its calls', async () => {
    const { items } = await eventually(async () => {
      const page = await read()
      expect(page.items.map(({ kind, member, by, requestId }) => [kind, member, by, requestId])).toEqual([
        ['settings', null, 'token:ADMIN_TOKEN', 'req-pause'],
        ['outcome', 'u-1', null, null],
        ['request', 'u-1', 'token:ADMIN_TOKEN', 'req-converge'],
        ['list', null, 'token:ADMIN_TOKEN', 'req-list'],
        ['list', 'zoe@example.com', 'token:ADMIN_TOKEN', 'req-list'],
        ['event', 'u-1', 'token:ADMIN_TOKEN', 'req-event'],
      ])
      return page
    })
    expect(items[1]).toMatchObject({
      status: 'failed',
      problem: { code: 'address_invalid', detail: 'Apple refuses the address.' },
      calls: [{ method: 'POST', path: '/v1/betaTesters', status: 409, durationMs: 143 }],
    })
    expect(items[3]?.text).toContain('1 to add')
  })

  it('is filtered by person, status, kind, who and when', async () => {
    const [first] = (await read('?kind=event')).items
    const at = encodeURIComponent(first?.at ?? '')
    const kinds = async (query: string) => (await read(query)).items.map(({ kind }) => kind)
    expect(await kinds('?member=u-1')).toEqual(['outcome', 'request', 'event'])
    expect(await kinds('?status=failed')).toEqual(['outcome'])
    expect(await kinds('?kind=list')).toEqual(['list', 'list'])
    expect(await kinds('?by=user:nobody')).toEqual([])
    expect(await kinds(`?until=${at}`)).toContain('event')
    expect(await kinds(`?until=${at}`)).not.toContain('settings')
    expect(await kinds(`?since=${at}&kind=event`)).toEqual(['event'])
    expect(await kinds('?since=2999-01-01T00:00:00Z')).toEqual([])
  })

  it('comes in pages that miss nothing, and refuses a cursor of another list and what is no time', async () => {
    const all = (await read()).items
    const paged: Item[] = []
    let cursor: string | null = null
    do {
      const page: Awaited<ReturnType<typeof read>> = await read(`?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      paged.push(...page.items)
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(paged).toEqual(all)
    const { nextCursor } = await read('?limit=1')
    expect((await api.call('GET', `/v1/rosters/silver/activity?cursor=${nextCursor}`)).statusCode).toBe(400)
    expect((await api.call('GET', '/v1/rosters/gold/activity?since=yesterday')).json().errors).toMatchObject([
      { pointer: '/query/since' },
    ])
    expect((await api.call('GET', '/v1/rosters/gold/activity?wat=1')).statusCode).toBe(400)
  })

  it('is nobody else’s: a token bound to another roster finds none', async () => {
    const made = await api.call('POST', '/v1/tokens', { name: 'silver', scopes: ['rosters:read'], rosters: ['silver'] })
    const headers = { authorization: `Bearer ${made.json().token}` }
    expect((await api.call('GET', '/v1/rosters/gold/activity', undefined, headers)).statusCode).toBe(404)
    expect((await api.call('GET', '/v1/rosters/silver/activity', undefined, headers)).statusCode).toBe(200)
  })

  it('keeps nothing of whoever is taken out', async () => {
    const activity = createActivity(api.connection, 'acme', 'silver')
    const entry = JSON.stringify({ t: 1, k: 'joined', o: 'api' })
    await activity.add(['gone@example.com', 'stays'].map((member) => ({ member, entry, asker: null })))
    await activity.forget(new Set(['gone@example.com']))
    const left = await activity.read({ to: '+', from: 0, count: 10 })
    expect(left.map(({ member }) => member)).toEqual(['stays'])
  })
})

describe('the pages of the activity', () => {
  it('tell of one roster, and of all by time', async () => {
    await api.call('PUT', '/v1/rosters/silver/members/s-1', { email: 'sam@example.com' })
    const one = await ann.get('/console/rosters/gold/activity?kind=outcome')
    expect(one.body).toContain('143 ms')
    expect(one.body).not.toContain('s-1')
    const all = await eventually(async () => {
      const page = await ann.get('/console/activity')
      expect(page.body.indexOf('s-1')).toBeGreaterThan(0)
      return page
    })
    expect(all.body.indexOf('s-1')).toBeLessThan(all.body.indexOf('u-1'))
  })

  it('show a viewer no address, not even by a filter', async () => {
    const page = await bob.get('/console/rosters/gold/activity')
    expect(page.statusCode).toBe(200)
    expect(page.body).not.toContain('zoe@example.com')
    const asked = await bob.get('/console/rosters/gold/activity?member=zoe%40example.com')
    expect(asked.body).toContain('u-1')
    expect((await ann.get('/console/rosters/gold/activity?member=zoe%40example.com')).body).not.toContain('>u-1<')
  })
})
