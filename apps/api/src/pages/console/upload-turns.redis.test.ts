import { eventually } from '@flightroster/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi, type MockInstance } from 'vitest'
import type { Leisure } from '@flightroster/core/domain'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

const ROWS = 5_000

let api: TestApi
let ann: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  ann = await visit(api.app, 'ann')
  for (const id of ['gold', 'silver', 'third', 'fourth']) {
    await api.addRoster({ id, teamKey: id, group: { id: `g-${id}`, name: id } })
  }
})
afterAll(() => api.close())
let spy: MockInstance<Leisure['turn']>
beforeEach(() => void (spy = vi.spyOn(api.app.leisure, 'turn')))
afterEach(() => spy.mockRestore())

const row = (at: number) => `n-${at},n${at}@example.com`
const list = (rows: number, header = 'id,email') =>
  `${header}\n${Array.from({ length: rows }, (_, at) => row(at)).join('\n')}\n`

async function upload(roster: string, text: string) {
  const payload = `--b\r\ncontent-disposition: form-data; name="text"\r\n\r\n${text}\r\n--b--\r\n`
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  return ann.send({ method: 'POST', url: `/console/rosters/${roster}/upload`, headers, payload })
}

/** Hidden fields of the form that leads on from a page. */
const hidden = (page: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1] ?? ''
const turns = () => spy.mock.calls.length

it('small requests go before each piece of a list that a page sends, as of one over REST', async () => {
  const members = Array.from({ length: ROWS }, (_, at) => ({ id: `n-${at}`, email: `n${at}@example.com` }))
  const rest = await api.call('PUT', '/v1/rosters/silver/members?dryRun=true', { members })
  expect(rest.statusCode).toBe(200)
  const overRest = turns()
  spy.mockClear()

  const draft = await upload('gold', list(ROWS))
  expect(draft.statusCode).toBe(200)
  // Reading and planning: the body itself came at once, since it was injected.
  expect(overRest).toBeGreaterThan(20)
  expect(turns()).toBeGreaterThan(20)

  spy.mockClear()
  const fields = ['upload', 'fingerprint', 'columns'].map((name) => [name, hidden(draft.body, name)])
  const applied = await ann.post('/console/rosters/gold/upload/apply', Object.fromEntries(fields))
  expect(applied.statusCode).toBe(303)
  // A piece is some milliseconds of work, so their number follows the machine: 28 to 43 here, and 1 where nobody waits for a turn.
  expect(turns()).toBeGreaterThan(20)
})

it('a plan waits for its turn before it looks at the members that are there', async () => {
  await upload('gold', list(2))
  const few = turns()
  // 5,000 members of the test before, 500 at a time.
  expect(few).toBeGreaterThan(10)
})

it('one list at a time for a roster, and two for the process, whoever sends them', async () => {
  const others = await Promise.all(
    ['silver', 'third'].map((roster) => api.app.lists.enter({ roster, teamKey: roster, caller: null })),
  )
  const told = async (roster: string) => {
    const { statusCode, body } = await upload(roster, list(3))
    return [statusCode, body.includes('is under way')]
  }
  expect(await told('silver')).toEqual([429, true])
  const waits = upload('fourth', list(3))
  for (const other of others) other.end()
  expect((await waits).statusCode).toBe(200)
  const asked = await upload('fourth', list(3, 'Nummer,Anschrift'))
  const id = hidden(asked.body, 'upload')
  const fourth = { roster: 'fourth', teamKey: 'fourth', caller: null }
  // Its own turn ends right after its answer.
  const turn = await eventually(() => api.app.lists.enter(fourth))
  const columns = () => ann.post('/console/rosters/fourth/upload/columns', { upload: id })
  expect((await columns()).statusCode).toBe(429)
  turn.end()
  expect((await columns()).statusCode).toBe(200)
})
