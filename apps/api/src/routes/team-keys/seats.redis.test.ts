import { createAppSeats, laneKeys } from '@flightroster/core/store'
import { NO_SEATS } from '@flightroster/core/domain'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'

let api: TestApiWithApple

beforeAll(async () => {
  const groups = [
    { id: 'team', name: 'Team', isInternalGroup: true },
    { id: 'gold', name: 'Gold' },
    { id: 'silver', name: 'Silver' },
  ]
  api = await serveApiWithApple({ seed: { apps: [{ id: '1', bundleId: 'com.acme.app', groups }] } })
  await api.putTeamKey()
})
afterAll(() => api.close())

const read = () => api.call('GET', '/v1/team-keys/acme/apps/1/seats')
const put = (id: string, group: string, seats: object) =>
  api.call('PUT', `/v1/rosters/${id}`, { teamKey: 'acme', app: { id: '1' }, group: { id: group }, seats })

it('tells how many seats are taken, kept and waited for, by roster', async () => {
  const counts = () => api.emulator.calls().filter(({ query }) => query['limit'] === '1').length
  expect((await read()).json()).toMatchObject({ used: 0, free: 10_000, reserved: 0, rosters: [] })
  await put('gold', 'gold', { reserve: 10, priority: 3 })
  await put('silver', 'silver', {})
  // One person in both groups, one in one of them, and one who came by a public link.
  for (const group of ['gold', 'silver']) api.emulator.addTester(group, 'ann@example.com')
  api.emulator.addTester('gold', 'bob@example.com')
  api.emulator.addPublicTester('gold')
  const { status } = laneKeys('acme').roster('gold')
  await api.connection.zadd(status, 3, 'ann', 4, 'bob', 1, 'cat')
  await api.connection.zadd(laneKeys('acme').roster('gold').seatLine, 1, 'cat')
  const kept = createAppSeats(api.connection, 'acme', '1')
  await kept.write(NO_SEATS, { ...NO_SEATS, countedAt: 1 })
  await api.connection.del(...(await api.connection.keys('fr:{acme}:kept:*')))
  const answer = await read()
  expect([answer.statusCode, answer.json()]).toEqual([
    200,
    {
      limit: 10_000,
      used: 3,
      free: 9_997,
      public: 1,
      reserved: 8,
      observedAt: expect.any(String),
      rosters: [
        { roster: 'gold', in: 2, waiting: 1, reserve: 10, priority: 3 },
        { roster: 'silver', in: 0, waiting: 0, reserve: 0, priority: 0 },
      ],
    },
  ])
  // Within a minute, Apple is not asked again.
  const before = counts()
  for (let times = 0; times < 5; times++) expect((await read()).statusCode).toBe(200)
  expect(counts()).toBe(before)
  // Where Apple does not answer, what is kept is told, however old.
  await kept.write(NO_SEATS, { ...NO_SEATS, countedAt: 1 })
  await api.connection.del(...(await api.connection.keys('fr:{acme}:kept:*')))
  api.emulator.failNext({ kind: 'status', status: 500, times: 20 })
  expect((await read()).json()).toMatchObject({ used: 3, observedAt: '1970-01-01T00:00:00.001Z' })
  api.emulator.clearFaults()
})

it('knows nothing of an app that the team key does not see, and of a team key that is not there', async () => {
  expect((await api.call('GET', '/v1/team-keys/acme/apps/77/seats')).statusCode).toBe(404)
  expect((await api.call('GET', '/v1/team-keys/none/apps/1/seats')).statusCode).toBe(404)
})
