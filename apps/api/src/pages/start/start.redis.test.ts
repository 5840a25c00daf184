import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit } from '../../../testing/visitor.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  await api.addRoster({ id: 'secret-roster' })
})
afterAll(() => api.close())

it('leads whoever has nothing but the address to the console, the reference and the lanes', async () => {
  const visitor = await visit(api.app)
  const { statusCode, headers, body } = await visitor.get('/')
  expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  const links = [...body.matchAll(/<a href="(\/[^"]+)"/g)].map(([, href]) => href ?? '')
  expect(links).toEqual(expect.arrayContaining(['/console', '/lanes', '/docs', '/openapi.json']))
  // Every link leads somewhere: to what it says, or to the login.
  for (const href of links)
    expect([href, (await visitor.get(href)).statusCode]).toEqual([href, expect.toBeOneOf([200, 302, 401, 403, 503])])
  expect(body).not.toContain('secret-roster')
})
