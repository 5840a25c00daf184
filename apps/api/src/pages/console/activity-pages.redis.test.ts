import { formatEntry } from '@flightroster/core/domain'
import { createActivity } from '@flightroster/core/store'
import { eventually } from '@flightroster/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { filled } from '../../../testing/filled-form.ts'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  ann = await visit(api.app, 'ann')
  const [{ teamKey }] = [
    await api.addRoster({ id: 'gold' }),
    await api.addRoster({ id: 'silver', group: { id: 'g-2', name: 'Silver' } }),
  ]
  await api.call('PUT', '/v1/rosters/gold/members/u-1', { email: 'one@example.com' }, { 'x-request-id': 'req-of-u-1' })
  await api.call('PUT', '/v1/rosters/silver/members/u-2', { email: 'two@example.com' })
  await ann.post('/console/rosters/gold/member/remove', { id: 'u-1' })
  const at = api.deps.clock.now()
  const entry = formatEntry({
    t: at,
    k: 'run',
    c: [['DELETE /v1/betaGroups/g/relationships/betaTesters', 204]],
    s: 'removed',
  })
  await createActivity(api.connection, teamKey, 'gold').add([{ asker: null, member: 'u-1', entry, callMs: [37] }])
})
afterAll(() => api.close())

/** Each row of a page: person, kind and who, as they stand in it. */
async function rows(url: string): Promise<string[]> {
  const { body } = await ann.get(url)
  return body
    .split('<tr role="row">')
    .slice(2)
    .map((row) => row.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' '))
}

it('tells newest first what happened, with the calls to Apple, how long each took, who asked and with which request', async () => {
  const all = await rows('/console/rosters/gold/activity')
  expect(all[0]).toContain('u-1 outcome Now removed.')
  expect(all[0]).toContain('1 call to Apple DELETE /v1/betaGroups/g/relationships/betaTesters → 204, 37 ms')
  expect(all[1]).toMatch(/u-1 event The membership ended.* user:ann/)
  expect(all[2]).toMatch(/u-1 event The membership began, through the API\. request req-of-u-1 .*token:ADMIN_TOKEN/)
  expect(all.join()).not.toContain('u-2')
  // What is told of all rosters together comes a moment later.
  await eventually(async () => expect((await rows('/console/activity')).join()).toMatch(/u-1.*u-2|u-2.*u-1/))
})

it.each([
  ['member=u-2', ['u-2']],
  ['status=removed', ['Now removed.']],
  ['kind=event', ['The membership ended', 'The membership began', 'The membership began']],
  ['by=user:ann', ['The membership ended']],
  ['kind=event&member=u-1', ['The membership ended', 'The membership began']],
  ['until=2000-01-01', []],
])('over all rosters shows what fits ?%s, and nothing else', async (query, said) => {
  const shown = await rows(`/console/activity?${query}`)
  expect(shown).toHaveLength(said.length)
  said.forEach((one) => expect(shown.some((row) => row.includes(one))).toBe(true))
  const today = new Date(api.deps.clock.now()).toISOString().slice(0, 10)
  expect(await rows(`/console/activity?${query}&since=${today}`)).toEqual(shown)
  expect(await rows(`/console/activity?${query}&since=2999-01-01`)).toEqual([])
})

it.each(['/console/activity', '/console/rosters/gold/activity'])(
  '%s asks for person, status, kind, who and when, and keeps what was asked',
  async (here) => {
    const asked = {
      member: 'u-1',
      status: 'removed',
      kind: 'outcome',
      by: 'user:ann',
      since: '2026-01-02',
      until: '2999-01-02',
    }
    expect(filled((await ann.get(here)).body, here)).toEqual(
      Object.fromEntries(Object.keys(asked).map((name) => [name, ''])),
    )
    const query = new URLSearchParams(asked).toString()
    expect(filled((await ann.get(`${here}?${query}`)).body, here)).toEqual(asked)
  },
)
