import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

/** Names run against the ids; the last seven have no address. */
const COUNT = 107
const idOf = (at: number) => `u-${String(at).padStart(3, '0')}`
const NAMES = ['Zoe', 'émile', 'Fay', 'anna']

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster({ id: 'gold' })
  const events = Array.from({ length: COUNT }, (_, at) => ({
    type: 'member.joined',
    data: {
      roster: 'gold',
      member: {
        id: idOf(at),
        email: at < 100 ? `p${at}@example.com` : null,
        ...(at < NAMES.length ? { firstName: NAMES[at] } : {}),
      },
    },
  }))
  expect((await api.call('POST', '/v1/events', events)).statusCode).toBe(202)
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const here = '/console/rosters/gold/members'
const idsOf = (page: string) => [...page.matchAll(/member\?id=(u-\d+)/g)].map(([, id]) => id)
const linkOf = (page: string, rel: string) =>
  new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&')

describe('the members of a roster', () => {
  it('are paged forward and back, and a page past the end is the last one', async () => {
    const first = (await ann.get(here)).body
    expect(idsOf(first)).toEqual(Array.from({ length: 50 }, (_, at) => idOf(at)))
    expect(first).toContain('Page 1 of 3')
    expect(linkOf(first, 'prev')).toBeUndefined()
    const second = (await ann.get(linkOf(first, 'next') ?? '')).body
    expect(idsOf(second)[0]).toBe(idOf(50))
    expect(idsOf((await ann.get(linkOf(second, 'prev') ?? '')).body)).toEqual(idsOf(first))
    expect(idsOf((await ann.get(`${here}?page=99`)).body)).toEqual([100, 101, 102, 103, 104, 105, 106].map(idOf))
    expect(idsOf((await ann.get(`${here}?page=-1&sort=none`)).body)).toEqual(idsOf(first))
  })

  it('are sorted by name as one reads it, by address and by the last change, from either end', async () => {
    const byName = idsOf((await ann.get(`${here}?sort=name`)).body)
    expect(byName.slice(0, 3)).toEqual([idOf(3), idOf(1), idOf(2)])
    expect(idsOf((await ann.get(`${here}?sort=-name`)).body).slice(0, 1)).toEqual([idOf(0)])
    expect(idsOf((await ann.get(`${here}?sort=address`)).body).slice(0, 3)).toEqual([0, 1, 2].map(idOf))
    await api.call('PUT', `/v1/rosters/gold/members/${idOf(60)}`, { lastName: 'Newest' })
    expect(idsOf((await ann.get(`${here}?sort=changed`)).body)[0]).toBe(idOf(60))
    const page = (await ann.get(`${here}?sort=-name`)).body
    expect(page).toContain('aria-sort="descending"')
    expect(linkOf(page, 'next')).toBe(`${here}?sort=-name&page=2`)
  })

  it('are filtered by why they are not in', async () => {
    const { body } = await ann.get(`${here}?problem=address_missing`)
    expect(body).toContain('7 people. No e-mail address is known yet.')
    expect(idsOf(body)).toEqual([100, 101, 102, 103, 104, 105, 106].map(idOf))
    expect((await ann.get(`${here}?problem=seats_full&q=p1`)).body).toContain('Nobody matches.')
  })

  it('say what was searched, word by word', async () => {
    expect((await ann.get(`${here}?q=zo`)).body).toContain('begins with “zo”, whatever')
    expect((await ann.get(`${here}?q=p1+zoe`)).body).toContain(
      'begins with “p1 zoe”, or with each of “p1” and “zoe”, whatever',
    )
  })

  it('are exported as they were chosen, in that order', async () => {
    const answer = await ann.get(`${here}.csv?q=p1&sort=-id`)
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    const ids = answer.body
      .split('\r\n')
      .slice(1, -1)
      .map((line) => line.split(',')[0])
    expect(ids).toEqual([...Array.from({ length: 10 }, (_, at) => idOf(19 - at)), idOf(1)])
    expect((await bob.get(`${here}.csv`)).statusCode).toBe(403)
  })

  it('who were chosen are tried again or invited once more, after a question that says how many', async () => {
    const chosen = { q: 'p1', status: '', problem: '' }
    const page = (await ann.get(`${here}?q=p1`)).body
    expect(page).toMatch(/class="ask"[^]*11 people would be synced with Apple[^]*Yes, try 11 people again/)
    expect(page).toMatch(/class="ask"[^]*Apple would write to 11 people once more[^]*Yes, write to 11 people/)
    expect((await ann.post(`${here}/retry`, { ...chosen, total: '10' })).statusCode).toBe(409)
    const tried = await ann.post(`${here}/retry`, { ...chosen, total: '11' })
    expect(tried.headers.location).toBe(`${here}?q=p1&done=retry-11&of=11`)
    expect((await ann.get(String(tried.headers.location))).body).toContain('11 people will be tried again.')
    const timeline = (await api.call('GET', `/v1/rosters/gold/members/${idOf(1)}/timeline`)).body
    expect(timeline).toContain('in the console')

    const all = { q: 'u-09', status: '', problem: '', total: '10' }
    expect((await ann.post(`${here}/invite`, all)).headers.location).toContain('done=invite-10&of=10')
    // Within a minute nobody is written to twice.
    const again = await ann.post(`${here}/invite`, { ...all, q: 'u-0', total: '100' })
    expect(again.headers.location).toContain('done=invite-90&of=100')
    expect((await ann.get(String(again.headers.location))).body).toContain(
      '10 people were left out: gone since, not on the roster any more, without an address',
    )
    const none = await ann.post(`${here}/invite`, { q: '', status: '', problem: 'address_missing', total: '7' })
    expect(none.headers.location).toContain('done=invite-0&of=7')
    const [entry] = (await api.call('GET', '/v1/audit?limit=1')).json().items
    expect(entry).toMatchObject({ action: 'members.invite', target: 'roster:gold', detail: '0 of 7' })
    expect((await bob.post(`${here}/retry`, { ...chosen, total: '11' })).statusCode).toBe(403)
  })

  it('are shown to a viewer in no order that tells a name or an address', async () => {
    const byId = idsOf((await bob.get(here)).body)
    for (const sort of ['name', '-name', 'address']) {
      expect(idsOf((await bob.get(`${here}?sort=${sort}`)).body)).toEqual(byId)
    }
    const page = (await bob.get(here)).body
    expect(page).not.toContain('value="name"')
    expect(page).not.toContain('Export as CSV')
  })

  it('are found by a viewer by what the page shows a viewer, and not by a name or an address', async () => {
    const found = async (who: Visitor, q: string) => idsOf((await who.get(`${here}?q=${q}`)).body)
    for (const q of ['p7', 'p7%40example.com', 'anna', 'zoe']) {
      expect(await found(ann, q)).not.toEqual([])
      expect(await found(bob, q)).toEqual([])
    }
    expect(await found(bob, 'u-007')).toEqual(await found(ann, 'u-007'))
  })

  it('say in the list what holds everybody up', async () => {
    await api.call('POST', '/v1/rosters/gold/pause')
    expect((await ann.get(here)).body).toContain('The roster is paused: its changes are kept')
    await api.call('POST', '/v1/rosters/gold/resume')
  })
})
