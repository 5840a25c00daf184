import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../testing/apple.ts'
import { filled, type Fields } from '../../../testing/filled-form.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApiWithApple
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  const groups = [
    { id: 'team', name: 'Team', isInternalGroup: true },
    { id: 'gold', name: 'Gold' },
  ]
  const seed = { apps: [{ id: '1', bundleId: 'com.acme.app', groups }] }
  api = await serveApiWithApple({ seed }, { dashboard: await makeDashboard() })
  await api.putTeamKey()
  await api.call('PUT', '/v1/rosters/gold', { teamKey: 'acme', app: { id: '1' }, group: { id: 'gold' } })
  await api.call('PUT', '/v1/rosters/gold/members/u-1', { email: 'ann@example.com', firstName: 'Ann' })
  const rule = { types: ['roster.held'], rosters: null }
  await api.call('PUT', '/v1/webhooks/crm', { url: 'https://hooks.example.com/x', ...rule })
  await api.call('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', ...rule })
  await api.call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: 'whsec_x', rosters: { price_1: 'gold' } })
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'ann')
})
afterAll(() => api.close())

const forms: [what: string, page: string, action: string, mine: Fields, theirs: Fields, left: RegExp][] = [
  [
    'the settings of a roster',
    '/console/rosters/gold/settings',
    '/console/rosters/gold/settings',
    { removal: 'app', percent: '33' },
    { heldBuilds: 'release', percent: '44' },
    /differs from what is saved now in: Approved builds that Apple holds, Who leaves, Held for a decision\./,
  ],
  [
    'the seats of a roster',
    '/console/seats/acme/1',
    '/console/seats/acme/1/gold',
    { reserve: '4' },
    { reserve: '5', priority: '2' },
    /in: Keep, Priority\./,
  ],
  [
    'the rule for idle testers',
    '/console/rosters/gold/idle',
    '/console/rosters/gold/idle',
    { notAcceptedDays: '30' },
    { notAcceptedDays: '40', reclaim: 'always' },
    /in: Not accepted for, days, Take seats back\./,
  ],
  [
    'a webhook',
    '/console/webhooks/crm',
    '/console/webhooks/crm',
    { url: 'https://hooks.example.com/mine' },
    { 'type:build.available': 'on' },
    /in: URL, what is told\./,
  ],
  [
    'a notice',
    '/console/notices/ops',
    '/console/notices/ops',
    { target: 'mine@example.com' },
    { target: 'theirs@example.com', rosters: 'gold' },
    /in: where, what is told, rosters|in: where, rosters/,
  ],
  [
    'a source',
    '/console/sources/shop',
    '/console/sources/shop',
    { rosters: 'price_1 = mine' },
    { rosters: 'price_1 = theirs' },
    /in: where its plans lead\./,
  ],
  [
    'the address and name of a person',
    '/console/rosters/gold/member?id=u-1',
    '/console/rosters/gold/member/change',
    { firstName: 'Anna' },
    { lastName: 'Lee' },
    /in: first name, last name\./,
  ],
]

describe.each(forms)('two who change %s at once', (_what, page, action, mine, theirs, left) => {
  it('do not undo each other without a word: the second is told, keeps what was typed, and may save again', async () => {
    const form = filled((await ann.get(page)).body, action)
    expect(form['edition']).toMatch(/^[\w-]{22}$/)
    expect((await bob.post(action, { ...form, ...theirs })).statusCode).toBe(303)
    const stands = filled((await bob.get(page)).body, action)

    const second = await ann.post(action, { ...form, ...mine })
    expect(second.statusCode).toBe(409)
    expect(second.body).toContain('Nothing was saved: somebody else changed this after you opened the page.')
    expect(second.body.replace(/\s+/g, ' ')).toMatch(left)
    expect(filled((await bob.get(page)).body, action)).toEqual(stands)
    const again = filled(second.body, action)
    expect(again).toMatchObject(mine)

    expect((await ann.post(action, again)).statusCode).toBe(303)
    const { target: _never, ...shown } = mine
    expect(filled((await bob.get(page)).body, action)).toMatchObject(shown)
  })

  it('and who saves twice what nobody else changed is not in the way of themselves', async () => {
    const fresh = { ...filled((await ann.get(page)).body, action), ...mine }
    expect((await ann.post(action, fresh)).statusCode).toBe(303)
    const next = { ...filled((await ann.get(page)).body, action), ...mine }
    expect((await ann.post(action, next)).statusCode).toBe(303)
  })
})

it.each([
  ['/console/rosters/gold/settings', { builds: 'automatic', percent: 'many', reconcileEveryMinutes: 'often' }],
  ['/console/seats/acme/1/gold', { reserve: 'all', priority: '7' }],
  ['/console/rosters/gold/idle', { notInstalledDays: '-3', graceDays: 'x', reclaim: 'when_full' }],
  ['/console/rosters/gold/people', { email: 'ann@', id: 'u-7', firstName: 'Zoë', lastName: 'Ng' }],
  ['/console/rosters/gold/member/change', { id: 'u-1', email: 'ann@', firstName: 'Zoë', lastName: 'Ng' }],
] satisfies [string, Fields][])(
  'what is not valid at %s is told, and what was typed is kept',
  async (action, typed) => {
    const refused = await ann.post(action, typed)
    expect(refused.statusCode).toBe(422)
    expect(filled(refused.body, action)).toMatchObject(typed)
  },
)

it('a pasted list that can’t be read is kept in its field', async () => {
  const boundary = 'b'
  const part = `--${boundary}\r\ncontent-disposition: form-data; name="text"\r\n\r\nno list <at> all\r\n--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  const refused = await ann.send({ method: 'POST', url: '/console/rosters/gold/upload', headers, payload: part })
  expect([refused.statusCode, refused.body.includes('>\nno list &lt;at&gt; all</textarea>')]).toEqual([422, true])
})

it('who sends a form after the session ended is told that nothing was done, and comes back to its page', async () => {
  const nobody = await visit(api.app)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    referer: 'http://localhost/console/rosters/gold/settings?x=1',
  }
  const before = await api.store.rosters.find('gold')
  const answer = await nobody.send({
    method: 'POST',
    url: '/console/rosters/gold/settings',
    headers,
    payload: 'percent=1',
  })
  expect(answer.statusCode).toBe(401)
  expect(answer.body).toContain('Your session has ended, so nothing that you sent was saved.')
  expect(answer.body).toContain('name="next" value="/console/rosters/gold/settings?x=1"')
  expect(await api.store.rosters.find('gold')).toEqual(before)
  expect((await nobody.get('/console/audit')).body).not.toContain('Your session has ended')
})
