import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serveApi, type TestApi } from '../testing/serve.ts'

/** As many as a whole list may remove, and more than a machine keeps by itself for whoever does not read. */
const NAMES = 60_000

let api: TestApi
let port: number
const PLAN = '/v1/rosters/gold/reconciliations/large'
const removals = Array.from({ length: NAMES }, (_, at) => `${'u'.repeat(240)}-${at}`)

beforeAll(async () => {
  api = await serveApi()
  const gold = await api.addRoster()
  const asked = await api.call('PUT', '/v1/rosters/gold/members', { members: [{ id: 'u-1' }] })
  const { reconciliations } = api.store.lane('acme')
  const plan = (await reconciliations.find(asked.json().reconciliation))!
  for (const [at, id] of ['large', 'older'].entries())
    await reconciliations.put(gold, { ...plan, id, status: 'done', startedAt: 2 - at, removals })
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  port = (api.app.server.address() as AddressInfo).port
})
afterAll(() => api.close())

const tokenOf = async (name: string) => {
  const made = await api.call('POST', '/v1/tokens', { name, scopes: ['rosters:read'], rosters: ['gold', name] })
  return { authorization: `Bearer ${made.json().token}` }
}
const ask = async (headers: Record<string, string>, url = PLAN) => {
  const answer = await fetch(`http://127.0.0.1:${port}${url}`, { headers })
  return { status: answer.status, body: (await answer.json()) as { removals?: string[] } }
}

describe('a plan that names very many people', () => {
  it('is told in pieces that others go before', async () => {
    const turns = vi.spyOn(api.deps.leisure, 'turn')
    const { status, body } = await ask(await tokenOf('pieces'))
    expect([status, body.removals]).toEqual([200, removals])
    expect(turns.mock.calls.length).toBeGreaterThanOrEqual(NAMES / 1_000)
    turns.mockRestore()
  })

  it('is alone on its page, and the next page begins behind it', async () => {
    interface Page {
      items: { id: string }[]
      nextCursor: string | null
    }
    const token = await tokenOf('pages')
    const list = '/v1/rosters/gold/reconciliations'
    const seen: string[][] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await ask(token, cursor === '' ? list : `${list}?cursor=${cursor}`)
      const { items, nextCursor } = body as unknown as Page
      seen.push(items.map(({ id }) => id))
      cursor = nextCursor
    }
    expect(seen.slice(-2)).toEqual([[expect.any(String), 'large'], ['older']])
  })

  it('is on its way once for one sender, however slowly it is taken, and others have theirs', async () => {
    const slow = await tokenOf('slow')
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET ${PLAN} HTTP/1.1\r\nhost: x\r\nauthorization: ${slow.authorization}\r\n\r\n`)
    await once(socket, 'readable')
    expect((await ask(slow)).status).toBe(429)
    expect((await ask(await tokenOf('beside'))).status).toBe(200)
    socket.destroy()
    await expect.poll(async () => (await ask(slow)).status).toBe(200)
  })
})
