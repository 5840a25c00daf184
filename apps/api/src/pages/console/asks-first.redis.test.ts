import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

let api: TestApi
let ann: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster({ id: 'gold', removal: 'app' })
  const members = Array.from({ length: 30 }, (_, at) => ({ id: `u-${at}`, email: `p${at}@example.com` }))
  await api.call('PUT', '/v1/rosters/gold/members', { members })
  ann = await visit(api.app, 'ann')
})
afterAll(() => api.close())

/** Within a box that opens on asking, what will happen stands before the button that does it. */
function asks(page: string, words: string, yes: string) {
  const box = page.split('<details class="ask">').find((part) => part.includes(yes))
  expect(box?.slice(0, box.indexOf('</details>'))).toContain(words)
  expect(box?.indexOf(words)).toBeLessThan(box?.indexOf(yes) ?? 0)
}

it('what takes something away asks once, with what will happen', async () => {
  asks((await ann.get('/console/rosters/gold')).body, 'nobody is added or removed', 'Yes, pause it')
  asks((await ann.get('/lanes')).body, 'Nothing goes to Apple for any roster of this team key', 'Yes, pause')
  asks((await ann.get('/console/rosters/gold/member?id=u-1')).body, 'loses the app', 'Yes, take this person off')
  const { reconciliation } = (await api.call('PUT', '/v1/rosters/gold/members', { members: [{ id: 'u-1' }] })).json()
  const plan = (await ann.get(`/console/rosters/gold/plans/${reconciliation}`)).body
  asks(plan, 'They lose the app as well.', 'Yes, 29 people leave')
})

it('what is told to others, and what they tell, is taken away only once somebody was asked', async () => {
  const types = ['roster.held']
  await api.call('PUT', '/v1/webhooks/crm', { url: 'https://hooks.example.com/x', types, rosters: null })
  await api.call('PUT', '/v1/notices/ops', { kind: 'email', target: 'ops@example.com', types, rosters: null })
  await api.call('PUT', '/v1/sources/shop', { kind: 'stripe', secret: 'whsec_x', rosters: { price_1: 'gold' } })
  const webhook = (await ann.get('/console/webhooks/crm')).body
  asks(webhook, 'Deliveries on their way are dropped', 'Yes, delete this webhook')
  asks(webhook, 'For a day, the present one signs as well.', 'Yes, make a new secret')
  const notice = (await ann.get('/console/notices/ops')).body
  asks(notice, 'messages that still wait are dropped', 'Yes, delete this notice')
  const source = (await ann.get('/console/sources/shop')).body
  asks(source, 'The members whom it brought stay on their rosters.', 'Yes, delete this source')
  for (const page of [webhook, notice]) expect(page).toContain('Send a test</button>')
  // No button that takes something away stands outside of a question.
  for (const page of [webhook, notice, source])
    expect(page.replaceAll(/<details class="ask">[^]*?<\/details>/g, '')).not.toContain('class="danger"')
})
