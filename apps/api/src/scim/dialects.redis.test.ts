import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReconciliations } from '@flightroster/core/store'
import { DIALECTS } from '../../testing/scim-dialects.ts'
import { addScimRoster, connectScim } from '../../testing/scim.ts'
import { serveApi, type TestApi } from '../../testing/serve.ts'

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
})
afterAll(() => api.close())

describe('what a provider documents that it sends ends with the right people', () => {
  it.each(DIALECTS)('$name', async ({ group, steps }) => {
    const roster = group.replaceAll(' ', '-').toLowerCase()
    await addScimRoster(api, roster, group)
    // A directory of its own, as a token bound to rosters has: what others made is not found.
    const idp = await connectScim(api, { rosters: [roster] })
    const ids = new Map<string, string>()
    const fill = (text: string) =>
      text.replaceAll(/(?:\$|%24)(ann|bob|cyd|group)\b/g, (_, name: string) => ids.get(name) ?? '')
    for (const { method, path, body, status, keep, answer, present } of steps) {
      const sent: unknown = body === undefined ? undefined : JSON.parse(fill(JSON.stringify(body)))
      const url = fill(path)
      const got = await idp.call(method, url, sent)
      expect([method, url, got.status, got.text]).toEqual([method, url, status, expect.any(String)])
      if (answer) expect(got.body).toMatchObject(answer)
      if (keep) ids.set(keep, got.body.id ?? got.body.Resources[0].id)
      if (present)
        expect(await idp.present(roster)).toEqual(
          present.map((name) => ids.get(name)).toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
        )
    }
    expect(await createReconciliations(api.store.redis, 'acme').listHeld(roster)).toEqual([])
  })
})
