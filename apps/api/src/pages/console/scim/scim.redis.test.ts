import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApiWithApple, type TestApiWithApple } from '../../../../testing/apple.ts'
import { connectScim, type ScimClient } from '../../../../testing/scim.ts'
import { makeDashboard, visit, type Visitor } from '../../../../testing/visitor.ts'

let api: TestApiWithApple
let idp: ScimClient
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  const groups = ['gold', 'silver'].map((id) => ({ id, name: id }))
  const seed = { apps: [{ id: '1', bundleId: 'com.acme.app', groups, builds: [{ groups: ['gold', 'silver'] }] }] }
  api = await serveApiWithApple({ seed }, { dashboard: await makeDashboard() })
  await api.putTeamKey()
  for (const id of ['gold', 'silver']) {
    const body = { teamKey: 'acme', app: { bundleId: 'com.acme.app' }, group: { name: id }, removal: 'app' }
    await api.call('PUT', `/v1/rosters/${id}`, body)
  }
  idp = await connectScim(api)
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const settingsOf = async (id: string) => (await api.call('GET', `/v1/rosters/${id}`)).json()

it('a group that came is shown, with what binding it would do by name in order, then bound and unbound', async () => {
  expect((await ann.get('/console/scim')).body).toContain('No group has come yet')
  const zoe = await idp.addUser('zoe@example.com', { name: { givenName: 'Zoe', familyName: 'Ax' } })
  const cyd = await idp.addUser('cyd', { name: { givenName: 'Cyd', familyName: 'Bo' } })
  const group = await idp.addGroup('Beta <b>testers</b>', [zoe, cyd])
  const list = (await ann.get('/console/scim')).body
  expect(list).toContain('Beta &lt;b&gt;testers&lt;/b&gt;')
  expect(list).toContain('bound to nothing')

  const here = `/console/scim/groups/${group}`
  const outlook = (await ann.get(`${here}?roster=gold`)).body
  expect(outlook).toContain('2 people would be added.')
  expect(outlook).toContain('1 person waits until an address is given')
  expect(outlook.indexOf('Cyd Bo')).toBeGreaterThan(0)
  expect(outlook.indexOf('Cyd Bo')).toBeLessThan(outlook.indexOf('Zoe Ax'))
  expect(await idp.present('gold')).toEqual([])

  const stale = await ann.post(`${here}/bind`, { roster: 'gold', add: '1', remove: '0' })
  expect([stale.statusCode, stale.body]).toEqual([409, expect.stringContaining('has changed since this was shown')])
  expect(await idp.present('gold')).toEqual([])
  const bound = await ann.post(`${here}/bind`, { roster: 'gold', add: '2', remove: '0' })
  expect([bound.statusCode, bound.headers.location]).toEqual([303, `${here}?done=bind`])
  expect(await idp.present('gold')).toEqual([zoe, cyd].sort())
  expect(await settingsOf('gold')).toMatchObject({ scimGroup: 'Beta <b>testers</b>', removal: 'app' })
  expect((await ann.get('/console/scim')).body).not.toContain('bound to nothing')
  expect((await ann.get(`${here}?roster=gold`)).body).not.toContain('would be added')
  const [change] = (await api.call('GET', '/v1/audit?limit=1')).json().items
  expect(change).toMatchObject({ actor: 'user:ann', action: 'roster.put', target: 'roster:gold' })

  const page = (await ann.get(here)).body
  expect(page).toMatch(/class="ask"[^]*The people whom gold has stay on it[^]*Yes, unbind gold/)
  expect((await ann.post(`${here}/unbind`, { roster: 'gold' })).statusCode).toBe(303)
  expect(await settingsOf('gold')).toMatchObject({ scimGroup: null, removal: 'app' })
  expect(await idp.present('gold')).toEqual([zoe, cyd].sort())
})

it('says whom a roster would lose that took its people from another group before', async () => {
  const ids = [await idp.addUser('one@example.com'), await idp.addUser('two@example.com')]
  const former = await idp.addGroup('Former', ids)
  const next = await idp.addGroup('Next', ids.slice(0, 1))
  const first = await ann.post(`/console/scim/groups/${former}/bind`, { roster: 'silver', add: '2', remove: '0' })
  expect(first.statusCode).toBe(303)
  const outlook = (await ann.get(`/console/scim/groups/${next}?roster=silver`)).body
  expect(outlook).toContain('Who is in that group alone would be removed: 1 person.')
  expect(outlook).toContain('two@example.com')
})

it('shows what was odd in requests of providers, on its page and in the activity', async () => {
  await idp.addGroup('Odd', ['nobody-has-this'])
  await idp.call('GET', '/Users?filter=shoeSize%20eq%20%2244%22')
  for (const url of ['/console/scim', '/console/activity']) {
    const { body } = await ann.get(url)
    expect(body).toContain('nobody has the id nobody-has-this')
    expect(body).toContain('SCIM: a filter names shoesize')
  }
})

it('shows a viewer groups and sizes alone', async () => {
  const id = await idp.addGroup('team@example.com')
  const page = await bob.get('/console/scim')
  expect(page.statusCode).toBe(200)
  expect(page.body).not.toContain('team@example.com')
  expect(page.body).not.toContain('/console/scim/groups/')
  expect((await bob.get(`/console/scim/groups/${id}?roster=gold`)).statusCode).toBe(403)
  expect((await bob.post(`/console/scim/groups/${id}/bind`, { roster: 'gold' })).statusCode).toBe(403)
})

it('knows no group that is not there', async () => {
  expect((await ann.get('/console/scim/groups/none')).statusCode).toBe(404)
  expect((await ann.post('/console/scim/groups/none/bind', { roster: 'gold' })).statusCode).toBe(404)
})

it('a person without an address waits with the link to their own page, gives it there, and keeps it when everything is sent again', async () => {
  const eve = await idp.addUser('eve-has-none')
  const group = await idp.addGroup('Waiting', [eve])
  const bound = await ann.post(`/console/scim/groups/${group}/bind`, { roster: 'gold', add: '1', remove: '0' })
  expect(bound.statusCode).toBe(303)
  expect((await ann.get(String(bound.headers['location']))).body).toMatch(/the link to their\s+own\s+page/)
  const page = (await ann.get(`/console/rosters/gold/member?id=${eve}`)).body
  expect(page).toContain('Send the person the link to their own page')
  expect(page).toContain('Make a link to their own page')
  const made = await ann.post('/console/rosters/gold/member/link', { id: eve })
  expect(made.statusCode).toBe(200)
  const url = /https:\/\/[^<\s]+\/m\/[^<\s]+/.exec(made.body)?.[0] ?? ''
  const { pathname, origin } = new URL(url)
  const given = await api.app.inject({
    method: 'POST',
    url: `${pathname}/address`,
    headers: { origin, host: new URL(origin).host, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ email: 'eve@icloud.com' }).toString(),
  })
  expect([given.statusCode, given.body.slice(0, 200)]).toEqual([303, expect.any(String)])
  expect(await idp.addresses('gold')).toContain('eve@icloud.com')
  expect((await idp.call('PUT', `/Users/${eve}`, { userName: 'eve-has-none' })).status).toBe(200)
  expect(
    (await idp.call('PUT', `/Groups/${group}`, { displayName: 'Waiting', members: [{ value: eve }] })).status,
  ).toBe(200)
  expect(await idp.addresses('gold')).toContain('eve@icloud.com')
})
