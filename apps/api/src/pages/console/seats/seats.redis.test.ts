import { NO_SEATS } from '@flightroster/core/domain'
import { createAppSeats, laneKeys } from '@flightroster/core/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../../testing/apple.ts'
import { makeDashboard, visit, type Visitor } from '../../../../testing/visitor.ts'

const DAY_MS = 86_400_000
const PAGE = '/console/seats/acme/1'
let api: TestApiWithApple
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  const groups = [
    { id: 'team', name: 'Team', isInternalGroup: true },
    { id: 'g-gold', name: 'Gold' },
    { id: 'g-silver', name: 'Silver' },
  ]
  const seed = { apps: [{ id: '1', bundleId: 'com.acme.app', name: 'Acme Demo', groups }] }
  api = await serveApiWithApple({ seed }, { dashboard: await makeDashboard() })
  await api.putTeamKey()
  for (const id of ['gold', 'silver']) {
    const body = { teamKey: 'acme', app: { id: '1' }, group: { id: `g-${id}` } }
    expect((await api.call('PUT', `/v1/rosters/${id}`, body)).statusCode).toBe(201)
  }
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const text = (body: string) => body.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

it('shows who has the seats, who waits in which order, and when the app is full', async () => {
  // One on both rosters, one on one of them.
  for (const id of ['gold', 'silver'])
    await api.call('PUT', `/v1/rosters/${id}/members/ann`, { email: 'ann@example.com' })
  await api.call('PUT', '/v1/rosters/gold/members/bob', { email: 'bob@example.com' })
  await api.connection.zadd(laneKeys('acme').roster('gold').status, 3, 'ann', 4, 'bob')
  await api.connection.zadd(laneKeys('acme').roster('silver').status, 3, 'ann')
  const now = Date.now()
  await api.connection.zadd(laneKeys('acme').roster('gold').seatLine, now - 7_200_000, 'first@example.com')
  await api.connection.zadd(laneKeys('acme').roster('silver').seatLine, now - 3_600_000, 'u-second')
  await api.store.rosters.update('silver', (roster) => ({ ...roster, seats: { reserve: 5, priority: 9 } }))
  const kept = createAppSeats(api.connection, 'acme', '1')
  await kept.write(NO_SEATS, { ...NO_SEATS, used: 9_000, countedAt: now, public: 600 })
  await api.connection.del(laneKeys('acme').seatHistory('1'))
  for (let days = 28; days > 0; days--) await kept.addSample({ at: now - days * DAY_MS, used: 9_000 - days * 50 })
  const page = text((await ann.get(PAGE)).body)
  for (const words of [
    'Seats of Acme Demo',
    '9,000 of 10,000 are taken, 1,000 free',
    'members of rosters 2',
    'by a public link 600',
    'others 8,398',
    'free, and kept for a roster 4',
    '50 more a day',
    'in 20 days',
    '1 u-second silver 9 1 h ago',
    '2 first@example.com gold 0 2 h ago',
  ])
    expect(page).toContain(words)
  // A viewer sees no address, and can change nothing.
  const viewed = (await bob.get(PAGE)).body
  expect(viewed).toContain('u-second')
  expect([viewed.includes('first@example.com'), viewed.includes('<form method="post" action="/console/seats')]).toEqual(
    [false, false],
  )
  expect((await bob.post(`${PAGE}/gold`, { reserve: '1', priority: '1' })).statusCode).toBe(403)
})

it('lets an operator say what is kept for whom, and says what can’t be', async () => {
  const saved = await ann.post(`${PAGE}/gold`, { reserve: '120', priority: '-3' })
  expect([saved.statusCode, saved.headers.location]).toEqual([303, `${PAGE}?done=put`])
  expect((await api.call('GET', '/v1/rosters/gold')).json().seats).toMatchObject({ reserve: 120, priority: -3 })
  const [entry] = (await api.call('GET', '/v1/audit')).json().items
  expect(entry).toMatchObject({ actor: 'user:ann', target: 'roster:gold', detail: 'seats: reserve 120, priority -3' })
  for (const reserve of ['10001', '1.5', 'many', '']) {
    const refused = await ann.post(`${PAGE}/gold`, { reserve, priority: '0' })
    expect([refused.statusCode, refused.body]).toEqual([422, expect.stringContaining('Nothing was changed')])
  }
  expect((await ann.post('/console/seats/acme/2/gold', { reserve: '1', priority: '1' })).statusCode).toBe(404)
  expect((await api.call('GET', '/v1/rosters/gold')).json().seats).toMatchObject({ reserve: 120, priority: -3 })
})

it('is reached from the pages of a roster and of a team key', async () => {
  expect((await ann.get('/console/rosters/gold')).body).toContain(`href="${PAGE}"`)
  expect((await ann.get('/console/connect/acme/app')).body).toContain(`href="${PAGE}"`)
  expect((await ann.get('/console/seats/acme/none')).statusCode).toBe(404)
})
