import { makeRoster, makeTeamKey } from '@flightroster/core/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'

const LANES = 60
const LIMIT = 10

let api: TestApi
beforeAll(async () => {
  api = await serveApi()
  for (let at = 0; at < LANES; at++) {
    const roster = makeRoster({ id: `r-${at}`, teamKey: `k-${at}`, group: { id: `g-${at}`, name: 'Testers' } })
    await api.store.teamKeys.put(makeTeamKey({ id: roster.teamKey }))
    await api.store.enterRoster(roster)
  }
})
afterAll(() => api.close())

interface Page {
  items: { teamKey: string; state: string }[]
  nextCursor: string | null
}

const page = async (cursor: string | null): Promise<Page> => {
  const query = new URLSearchParams({ limit: String(LIMIT), ...(cursor === null ? {} : { cursor }) })
  return (await api.call('GET', `/v1/lanes?${query.toString()}`)).json() as Page
}

it('reads every lane once for all pages of a list, not once for each page', async () => {
  await page(null)
  await api.connection.config('RESETSTAT')
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const { items, nextCursor } = await page(cursor)
    seen.push(...items.map(({ teamKey }) => teamKey))
    cursor = nextCursor
  } while (cursor !== null)
  expect(new Set(seen).size).toBe(LANES)
  expect(seen).toHaveLength(LANES)
  const scripts = Number(/cmdstat_evalsha:calls=(\d+)/.exec(await api.connection.info('commandstats'))?.[1])
  // One for each lane, and for each that is shown what is dearer to know.
  expect(scripts).toBeLessThan(3 * LANES)
})

it('shows a lane as paused to whoever has just paused it', async () => {
  const before = await page(null)
  const first = before.items[0]?.teamKey ?? ''
  await api.call('POST', `/v1/team-keys/${first}/pause`)
  const { items } = await page(null)
  expect(items.find(({ teamKey }) => teamKey === first)?.state).toBe('paused')
})
