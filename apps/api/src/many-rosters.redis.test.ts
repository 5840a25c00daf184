import { makeRoster, makeTeamKey } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'
import { makeDashboard, visit } from '../testing/visitor.ts'
import { costOf, MOST } from '../testing/watch-loop.ts'

const MANY = 1_000

let api: TestApi
beforeAll(async () => {
  // As it runs: answers are checked in tests alone.
  api = await serveApi({ dashboard: await makeDashboard(), verifiesAnswers: false })
  for (let at = 0; at < MANY; at++) {
    const roster = makeRoster({ id: `r-${at}`, teamKey: `k-${at}`, group: { id: `g-${at}`, name: 'Testers' } })
    await api.store.teamKeys.put(makeTeamKey({ id: roster.teamKey }))
    await api.store.enterRoster(roster)
    const [rosters, types] = [[roster.id], ['*']]
    await api.call('PUT', `/v1/webhooks/w-${at}`, { url: 'https://93.184.216.34/hook', types, rosters })
    await api.call('PUT', `/v1/notices/n-${at}`, { kind: 'slack', target: 'https://93.184.216.34/x', types, rosters })
    await api.call('PUT', `/v1/sources/s-${at}`, { kind: 'stripe', secret: 'x', rosters: { '*': roster.id } })
    await api.call('PUT', `/v1/rosters/${roster.id}/members/ann`, { email: 'ann@example.com' })
  }
})
afterAll(() => api.close())

describe('an installation of a thousand team keys and rosters', () => {
  it.each([
    '/v1/rosters?limit=1000',
    '/v1/team-keys?limit=1000',
    '/v1/webhooks?limit=1000',
    '/v1/notices?limit=1000',
    '/v1/sources?limit=1000',
    '/v1/rosters',
    '/v1/lanes',
    '/v1/people?email=ann%40example.com',
    '/v1/people?email=ann%40example.com&limit=1000',
    '/v1/scim/groups',
    '/metrics',
    '/console',
    '/lanes',
    '/console/webhooks',
    '/console/notices',
    '/console/sources',
    '/dashboard/api/queues',
  ])('is told of in pieces that hold nobody up: %s', async (url) => {
    const ann = await visit(api.app, 'ann')
    const get = () => (/^\/(?:v1|metrics)/.test(url) ? api.call('GET', url) : ann.get(url))
    const { result, cost } = await costOf(get)
    expect(result.statusCode).toBe(200)
    expect(cost.heldMs).toBeLessThan(MOST.heldMs)
    expect(cost.mb).toBeLessThan(MOST.mb)
  })

  it('is measured in parts that requests of others go between', async () => {
    const turns = vi.spyOn(api.deps.leisure, 'turn')
    await api.store.webhooks.noteChange()
    expect((await api.call('GET', '/metrics')).statusCode).toBe(200)
    // Half of the lanes that wait and all webhooks, twenty at once, and no turn before the first ones; and one for the answer.
    expect(turns.mock.calls.length).toBe(MANY / 2 / 20 - 1 + (MANY / 20 - 1) + 1)
    turns.mockRestore()
  })

  it('is asked where a person is, who is everywhere, in pieces, and for no more than is told', async () => {
    const pieces = vi.spyOn(api.deps.leisure, 'take')
    const find = async (limit: number, cursor?: string) => {
      pieces.mockClear()
      const query = new URLSearchParams({ email: 'Ann@example.com', limit: String(limit), ...(cursor && { cursor }) })
      const { items, nextCursor } = (await api.call('GET', `/v1/people?${query.toString()}`)).json()
      return {
        rosters: items.map(({ roster }: { roster: string }) => roster),
        nextCursor,
        asked: pieces.mock.calls.length,
      }
    }
    const all = await find(MANY)
    expect(all).toMatchObject({ nextCursor: null, asked: MANY / 10 })
    expect(all.rosters).toEqual(Array.from({ length: MANY }, (_, at) => `r-${at}`).sort())
    const first = await find(15)
    expect(first.asked).toBe(2)
    expect((await find(15, first.nextCursor)).rosters).toEqual(all.rosters.slice(15, 30))
    const ann = await visit(api.app, 'ann')
    pieces.mockClear()
    const page = await ann.post('/console/people', { email: 'ann@example.com' })
    expect([page.statusCode, page.body.match(/class="card"/g)?.length]).toEqual([200, 100])
    expect(page.body).toContain('There are more')
    expect(pieces.mock.calls.length).toBeLessThan(15)
  })

  it('takes many events of others while all of it is asked for many times at once', async () => {
    const made = await api.call('POST', '/v1/tokens', { name: 'crm', scopes: ['events:write'], rosters: ['r-7'] })
    const authorization = `Bearer ${made.json().token}`
    const join = { type: 'member.joined', data: { roster: 'r-7', member: { id: 'u-1' } } }
    const urls = ['/v1/rosters?limit=1000', '/v1/team-keys?limit=1000', '/v1/people?email=ann%40example.com']
    const asked = urls.flatMap((url) => Array.from({ length: 10 }, () => api.call('GET', url)))
    let isDone = false
    const answers = Promise.all(asked).finally(() => (isDone = true))
    let taken = 0
    while (!isDone) {
      const { statusCode } = await api.call('POST', '/v1/events', join, { authorization })
      if (statusCode === 202) taken++
    }
    await answers
    // Told in one piece each, some ten events come through, on any machine; in pieces, a thousand, and some eighty on a machine that is very full.
    expect(taken).toBeGreaterThan(asked.length)
  })
})
