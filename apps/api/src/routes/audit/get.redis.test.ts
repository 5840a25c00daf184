import { audit } from '@flightroster/core/usecases/audit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

let api: TestApi

beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

describe('GET /v1/audit', () => {
  it('tells who changed what, newest first, page by page', async () => {
    for (let at = 0; at < 5; at++)
      await audit(api.deps, { actor: 'user:ann', action: 'lane.pause', target: `team-key:k-${at}` })
    const targets: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = (await api.call('GET', `/v1/audit?limit=2${query}`)).json()
      targets.push(...page.items.map(({ target }: { target: string }) => target))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(targets).toEqual([4, 3, 2, 1, 0].map((at) => `team-key:k-${at}`))
  })

  it('is for admins, and takes no cursor of another list', async () => {
    expect((await api.call('GET', '/v1/audit', undefined, { authorization: 'Bearer nobody' })).statusCode).toBe(401)
    expect((await api.call('GET', '/v1/audit?cursor=abc')).statusCode).toBe(400)
  })
})
