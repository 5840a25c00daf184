import { readFileSync } from 'node:fs'
import { signStripe } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor
let bob: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster({ id: 'gold' })
  ann = await visit(api.app, 'ann')
  bob = await visit(api.app, 'bob')
})
afterAll(() => api.close())

const SECRET = 'whsec_of_the_sender'
const made = { id: 'shop', kind: 'stripe', secret: SECRET, rosters: 'price_1Abc = gold\n* = gold' }
const recorded = (path: string) =>
  readFileSync(new URL(`../../../../../../packages/core/src/sources/${path}.json`, import.meta.url), 'utf8')

describe('sources in the console', () => {
  it('are made, changed, tried and deleted, with the address to paste and without the secret', async () => {
    const answer = await ann.post('/console/sources', made)
    expect([answer.statusCode, answer.headers.location]).toEqual([303, '/console/sources/shop?done=put'])
    const page = (await ann.get('/console/sources/shop?done=put')).body
    expect(page).toContain('https://flightroster.example.com/v1/sources/shop/receive')
    expect(page).not.toContain(SECRET)
    expect((await api.call('GET', '/v1/sources/shop')).json().rosters).toEqual({ price_1Abc: 'gold', '*': 'gold' })
    expect((await ann.post('/console/sources', made)).statusCode).toBe(409)

    const changed = await ann.post('/console/sources/shop', { secret: '', rosters: 'a=b = gold' })
    expect([changed.statusCode, changed.headers.location]).toEqual([303, '/console/sources/shop?done=change'])
    expect((await api.call('GET', '/v1/sources/shop')).json()).toMatchObject({
      kind: 'stripe',
      rosters: { 'a=b': 'gold' },
    })
    expect((await ann.get('/console/sources')).body).toContain('nothing yet')

    expect((await ann.post('/console/sources/shop/delete')).headers.location).toBe('/console/sources?done=delete')
    expect((await ann.get('/console/sources/shop')).statusCode).toBe(404)
    const actions = (await api.call('GET', '/v1/audit')).json().items.map((one: { action: string }) => one.action)
    expect(actions.slice(0, 3)).toEqual(['source.delete', 'source.put', 'source.put'])
  })

  it('take any signed sender with an expression, which is kept when something else is changed', async () => {
    const map = '{ "type": "member.joined", "data": { "roster": "gold", "member": { "id": user } } }'
    const generic = {
      id: 'own',
      kind: 'generic',
      secret: 's',
      header: 'X-Own',
      algorithm: 'sha1',
      encoding: 'base64',
      map,
    }
    expect((await ann.post('/console/sources', generic)).statusCode).toBe(303)
    const signature = { header: 'X-Own', algorithm: 'sha1', encoding: 'base64', prefix: '' }
    expect((await api.call('GET', '/v1/sources/own')).json()).toMatchObject({ signature, map })
    const tried = await ann.post('/console/sources/own/try', { payload: '{"user":"u-7"}' })
    expect(tried.body).toContain('u-7 joins')
    const broken = await ann.post('/console/sources/own', { ...generic, map: '{ "type": ' })
    expect(broken.statusCode).toBe(422)
    expect(broken.body).toContain('{ &quot;type&quot;:</textarea>')
  })

  it('say what is wrong with a form, and keep what was typed but the secret', async () => {
    const bad = await ann.post('/console/sources', { ...made, id: 'bad', rosters: 'price_1Abc gold' })
    expect([bad.statusCode, bad.body]).toEqual([
      422,
      expect.stringContaining('“price_1Abc gold” is no “plan = roster”.'),
    ])
    expect(bad.body).not.toContain(SECRET)
    expect((await ann.post('/console/sources', { ...made, id: 'a/b' })).statusCode).toBe(422)
    const noMap = await ann.post('/console/sources', { ...made, id: 'bad', kind: 'generic', rosters: '' })
    expect([noMap.statusCode, noMap.body]).toEqual([422, expect.stringContaining('Enter the expression')])
    expect((await ann.get('/console/sources')).body).not.toContain('bad')
  })
})

describe('a payload that is pasted', () => {
  it('shows the events it would make, and why others are ignored, and records nothing', async () => {
    await ann.post('/console/sources', { ...made, id: 'try' })
    const payload = recorded('stripe/payloads/customer.subscription.updated')
    const tried = await ann.post('/console/sources/try/try', { payload })
    expect(tried.statusCode).toBe(200)
    expect(tried.body).toContain('It would make this event:')
    expect(tried.body).toMatch(/cus_\w+ joins/)
    await ann.post('/console/sources/try', { secret: '', rosters: 'other = gold' })
    const ignored = (await ann.post('/console/sources/try/try', { payload })).body
    expect(ignored).toContain('It would change nothing.')
    expect(ignored).toContain('Without effect:')
    const broken = await ann.post('/console/sources/try/try', { payload: '<b>no</b>' })
    expect(broken.statusCode).toBe(422)
    expect(broken.body).toContain('&lt;b&gt;no&lt;/b&gt;</textarea>')
    expect((await api.call('GET', '/v1/sources/try/received')).json().items).toEqual([])
  })

  it('of Patreon says by its event what it is about', async () => {
    await ann.post('/console/sources', { ...made, id: 'creators', kind: 'patreon', rosters: '* = gold' })
    const payload = recorded('patreon/payloads/members.pledge.create')
    const tried = await ann.post('/console/sources/creators/try', { payload, event: 'members:pledge:create' })
    expect(tried.body).toContain(' joins ')
    expect((await ann.post('/console/sources/creators/try', { payload, event: 'posts:publish' })).body).toContain(
      'Without effect:',
    )
  })
})

it('what was received is listed, and a viewer sees it without secrets and addresses, and changes nothing', async () => {
  await ann.post('/console/sources', { ...made, id: 'live' })
  const payload = JSON.parse(recorded('stripe/payloads/customer.subscription.updated')) as { id: string }
  const text = JSON.stringify({ ...payload, id: 'evt_of@example.com' })
  const headers = { 'content-type': 'application/json', ...signStripe(SECRET, text, api.deps.clock.now()) }
  const sent = await api.app.inject({ method: 'POST', url: '/v1/sources/live/receive', payload: text, headers })
  expect(sent.statusCode).toBe(200)
  expect((await ann.get('/console/sources/live')).body).toContain('evt_of@example.com')
  const page = await bob.get('/console/sources/live')
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('accepted')
  for (const hidden of ['evt_of@example.com', SECRET, 'textarea', 'Yes, delete'])
    expect(page.body).not.toContain(hidden)
  expect((await bob.get('/console/sources')).body).not.toContain('Make a source')
  for (const url of [
    '/console/sources',
    '/console/sources/live',
    '/console/sources/live/try',
    '/console/sources/live/delete',
  ])
    expect((await bob.post(url, made)).statusCode, url).toBe(403)
})
