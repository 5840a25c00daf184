import { afterAll, beforeAll, expect, it } from 'vitest'
import { filled } from '../../../testing/filled-form.ts'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit } from '../../../testing/visitor.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster({ id: 'gold' })
})
afterAll(() => api.close())

it('who was taken off the roster is put back by the button of their page, with address and name as they were', async () => {
  const ann = await visit(api.app, 'ann')
  const known = { email: 'eve@example.com', firstName: 'Eve' }
  const restore = '/console/rosters/gold/member/restore'
  const page = '/console/rosters/gold/member?id=eve'
  const read = async () => (await api.call('GET', '/v1/rosters/gold/members/eve')).json()
  await api.call('PUT', '/v1/rosters/gold/members/eve', known)
  expect((await ann.get(page)).body).not.toContain(restore)
  await ann.post('/console/rosters/gold/member/remove', { id: 'eve' })
  expect(await read()).toMatchObject({ desired: 'absent' })

  const removed = (await ann.get(page)).body
  expect(removed).toContain('Put back</button>')
  expect((await ann.post(restore, filled(removed, restore))).statusCode).toBe(303)
  expect(await read()).toMatchObject({ ...known, desired: 'present' })
  expect((await ann.get(page)).body).not.toContain(restore)
  const [newest] = (await api.call('GET', '/v1/rosters/gold/activity')).json().items
  expect(newest).toMatchObject({ member: 'eve', kind: 'request', by: 'user:ann' })
})
