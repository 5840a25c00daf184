import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
  await api.addRoster({ id: 'gold' })
})
afterAll(() => api.close())

it.each([
  ['POST', '/v1/rosters/gold/reconciliations?dryRun=true', '/query/dryRun'],
  ['POST', '/v1/rosters/gold/idle/reclaim?dryRun=true', '/query/dryRun'],
  ['POST', '/v1/rosters/gold/pause?for=1h', '/query/for'],
  ['GET', '/v1/rosters/gold?fields=id', '/query/fields'],
] as const)('%s %s, which no route reads, is refused and does nothing', async (method, url, pointer) => {
  const answer = await api.call(method, url, method === 'GET' ? undefined : {})
  expect([answer.statusCode, answer.json().errors]).toEqual([
    400,
    [{ pointer, code: 'unknown_field', detail: 'There is no such query parameter.' }],
  ])
  expect((await api.call('GET', '/v1/rosters/gold')).json()).toMatchObject({ status: 'active' })
  expect((await api.call('GET', '/v1/rosters/gold/reconciliations')).json().items).toEqual([])
})

it('who sends events may add parameters of their own to the address', async () => {
  const event = { type: 'member.joined', data: { roster: 'gold', member: { id: 'u-1', email: 'ann@example.com' } } }
  expect((await api.call('POST', '/v1/events?code=abc', event)).statusCode).toBe(202)
})
