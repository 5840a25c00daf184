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
