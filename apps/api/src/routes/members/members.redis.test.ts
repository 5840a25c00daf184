import { laneKeys } from '@flightroster/core/store'
import { NOTHING_OBSERVED } from '@flightroster/core/domain'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())
beforeEach(async () => {
  await api.connection.flushall()
  await api.addRoster()
})

const MEMBERS = '/v1/rosters/gold/members'
const join = (ids: string[], extra: Record<string, unknown> = {}) =>
  api.call(
    'POST',
    '/v1/events',
    ids.map((id) => ({
      type: 'member.joined',
      data: { roster: 'gold', member: { id, email: `${id}@example.com`, ...extra } },
    })),
  )

describe('reading members', () => {
  it('pages through the roster in the order of ids', async () => {
    await join(['c', 'a', 'e', 'b', 'd'])
    const ids: string[] = []
    let cursor = ''
    let pages = 0
    do {
      const page = (await api.call('GET', `${MEMBERS}?limit=2${cursor}`)).json()
      ids.push(...page.items.map((member: { id: string }) => member.id))
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`
      pages++
    } while (cursor !== '')
    expect([ids, pages]).toEqual([['a', 'b', 'c', 'd', 'e'], 3])
  })

  it('refuses a cursor of other filters', async () => {
    await join(['a', 'b'])
    const { nextCursor } = (await api.call('GET', `${MEMBERS}?limit=1`)).json()
    const answer = await api.call('GET', `${MEMBERS}?limit=1&status=failed&cursor=${nextCursor}`)
    expect([answer.statusCode, answer.json().errors[0].pointer]).toEqual([400, '/query/cursor'])
  })

  it('finds members by status and by the beginning of an id, an address or a name', async () => {
    await join(['ann'], { firstName: 'Zoe' })
    await join(['bob'], { email: null })
    const idsOf = async (query: string) =>
      (await api.call('GET', `${MEMBERS}?${query}`)).json().items.map((m: { id: string }) => m.id)
    expect(await idsOf('status=waiting')).toEqual(['bob'])
    expect(await idsOf('q=ANN%40ex')).toEqual(['ann'])
    expect(await idsOf('q=zo')).toEqual(['ann'])
    expect(await idsOf('q=nobody')).toEqual([])
  })

  it('tells what is wanted, what Apple said, and why somebody waits', async () => {
    await join(['ann'])
    await join(['bob'], { email: null })
    const keys = laneKeys('acme')
    const observed = {
      ...NOTHING_OBSERVED,
      converged: 1,
      email: 'Ann@example.com',
      state: 'accepted',
      observedAt: Date.parse('2026-11-24T10:00:00Z'),
    }
    await api.connection.hset(keys.roster('gold').observed, 'ann', JSON.stringify(observed))
    await api.connection.hset(keys.testers('1234'), 'ann@example.com', 'tester-1')
    expect((await api.call('GET', `${MEMBERS}/ann`)).json()).toMatchObject({
      id: 'ann',
      email: 'ann@example.com',
      firstName: null,
      desired: 'present',
      tester: { id: 'tester-1', state: 'ACCEPTED', observedAt: '2026-11-24T10:00:00.000Z' },
      problem: null,
    })
    expect((await api.call('GET', `${MEMBERS}/bob`)).json()).toMatchObject({
      status: 'waiting',
      tester: null,
      problem: { code: 'address_missing', retryable: true, action: expect.any(String) },
    })
    expect((await api.call('GET', `${MEMBERS}/nobody`)).statusCode).toBe(404)
  })

  it('exports every member as CSV with cells that no spreadsheet runs', async () => {
    await join(['a', '=cmd'], { firstName: '@x', lastName: 'O"Neil, Jr' })
    const answer = await api.call('GET', `${MEMBERS}?limit=1`, undefined, { accept: 'text/csv' })
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    const lines = answer.body.trimEnd().split('\r\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toBe('id,email,firstName,lastName,status,device,osVersion,build,sessions')
    expect(lines[1]).toMatch(/^'=cmd,'=cmd@example.com,'@x,"O""Neil, Jr",pending,,,,$/)
  })

  it('tells a timeline in sentences, newest first, by pages', async () => {
    await join(['ann'])
    await api.call('PUT', `${MEMBERS}/ann`, { email: 'ann2@example.com' })
    await api.call('DELETE', `${MEMBERS}/ann`)
    const all = (await api.call('GET', `${MEMBERS}/ann/timeline`)).json().items
    expect(all.map((item: { kind: string; text: string }) => [item.kind, item.text])).toEqual([
      ['left', 'The membership ended, through the API.'],
      ['updated', 'The membership was updated, through the API.'],
      ['joined', 'The membership began, by an event.'],
    ])
    const first = (await api.call('GET', `${MEMBERS}/ann/timeline?limit=2`)).json()
    const second = (await api.call('GET', `${MEMBERS}/ann/timeline?limit=2&cursor=${first.nextCursor}`)).json()
    expect([...first.items, ...second.items]).toEqual(all)
    expect(second.nextCursor).toBeNull()
  })
})

describe('changing one member', () => {
  it('puts a member like an event, and takes one off', async () => {
    const put = await api.call('PUT', `${MEMBERS}/u%3A1`, {
      email: ' ann@example.com ',
      firstName: 'Ann',
      lastName: null,
    })
    expect([put.statusCode, put.json()]).toEqual([
      202,
      { id: null, status: 'accepted', roster: 'gold', member: 'u:1', problem: null },
    ])
    expect((await api.call('GET', `${MEMBERS}/u%3A1`)).json()).toMatchObject({
      email: 'ann@example.com',
      firstName: 'Ann',
    })
    expect((await api.call('DELETE', `${MEMBERS}/u%3A1`)).statusCode).toBe(202)
    expect((await api.call('GET', `${MEMBERS}/u%3A1`)).json()).toMatchObject({ desired: 'absent' })
  })

  it('refuses a malformed address with 422 and its pointer', async () => {
    const answer = await api.call('PUT', `${MEMBERS}/u`, { email: 'a@b@c' })
    expect([answer.statusCode, answer.json().code, answer.json().errors[0].pointer]).toEqual([
      422,
      'address_invalid',
      '/email',
    ])
  })

  it('answers 404 for a roster or member that is not there', async () => {
    expect((await api.call('PUT', '/v1/rosters/none/members/u', {})).statusCode).toBe(404)
    expect((await api.call('DELETE', `${MEMBERS}/none`)).statusCode).toBe(404)
    expect((await api.call('POST', `${MEMBERS}/none/converge`)).statusCode).toBe(404)
  })

  it('limits converge to ten a minute and member, and says when to come back', async () => {
    await join(['a', 'b'])
    const statuses = []
    for (let i = 0; i < 11; i++) statuses.push((await api.call('POST', `${MEMBERS}/a/converge`)).statusCode)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 202), 429])
    const refused = await api.call('POST', `${MEMBERS}/a/converge`)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(50)
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60)
    expect((await api.call('POST', `${MEMBERS}/b/converge`)).statusCode).toBe(202)
  })

  it('limits the invitation to one a minute', async () => {
    await join(['a'])
    expect((await api.call('POST', `${MEMBERS}/a/invitation`)).statusCode).toBe(202)
    expect((await api.call('POST', `${MEMBERS}/a/invitation`)).statusCode).toBe(429)
  })

  it('tries every failed member again', async () => {
    await join(['a', 'b', 'c'])
    await api.connection.zadd(laneKeys('acme').roster('gold').status, 8, 'a', 8, 'c')
    const answer = await api.call('POST', '/v1/rosters/gold/retry')
    expect([answer.statusCode, answer.json()]).toEqual([202, { retried: 2 }])
    const [newest] = (await api.call('GET', `${MEMBERS}/a/timeline`)).json().items
    expect(newest.kind).toBe('retry')
  })
})

describe('GET /v1/people', () => {
  it('names every roster that an address is on, without case', async () => {
    await api.addRoster({ id: 'silver', teamKey: 'other', group: { id: 'g2', name: 'Silver' } })
    await join(['ann'])
    await api.call('PUT', '/v1/rosters/silver/members/u-9', { email: 'ANN@example.com' })
    const { items } = (await api.call('GET', '/v1/people?email=Ann%40Example.com')).json()
    expect(items.map((item: { roster: string; member: { id: string } }) => [item.roster, item.member.id])).toEqual([
      ['gold', 'ann'],
      ['silver', 'u-9'],
    ])
  })
})

describe('searching members', () => {
  it('finds the second word of a name, without case or accents, and tells how many fit', async () => {
    await join(['a', 'b'], { firstName: 'Élodie', lastName: 'van Strauß' })
    await join(['c'], { firstName: 'Strausberg' })
    await join(['d'], { firstName: 'Ann' })
    const search = async (query: string) => {
      const { items, nextCursor, total } = (await api.call('GET', `${MEMBERS}?${query}`)).json()
      return { ids: items.map((member: { id: string }) => member.id), nextCursor, total }
    }
    expect(await search('q=STRAUS')).toEqual({ ids: ['a', 'b', 'c'], nextCursor: null, total: 3 })
    expect(await search('q=strauss%20elo')).toEqual({ ids: ['a', 'b'], nextCursor: null, total: 2 })
    const first = await search('q=straus&limit=2')
    expect(first).toEqual({ ids: ['a', 'b'], nextCursor: expect.any(String), total: 3 })
    const second = await search(`q=straus&limit=2&cursor=${first.nextCursor}`)
    expect(second).toEqual({ ids: ['c'], nextCursor: null, total: 3 })
    expect(await search('limit=1')).toMatchObject({ ids: ['a'], total: 4 })
    const file = await api.call('GET', `${MEMBERS}?q=straus`, undefined, { accept: 'text/csv' })
    expect(file.body.trimEnd().split('\r\n')).toHaveLength(4)
  })
})
