import { createSealer } from '@flightroster/core/secrets'
import { eventually } from '@flightroster/core/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi, type MockInstance } from 'vitest'
import type { Leisure } from '@flightroster/core/domain'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

const ROWS = 5_000
/** Fewer than are looked at between two turns of the planning itself. */
const MEMBERS = 1_500

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
  const payload = `--b\r\ncontent-disposition: form-data; name="file"; filename="list.csv"\r\ncontent-type: text/csv\r\n\r\n${text}\r\n--b--\r\n`
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  return ann.send({ method: 'POST', url: `/console/rosters/${roster}/upload`, headers, payload })
}

/** Hidden fields of the form that leads on from a page. */
const hidden = (page: string, name: string) => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1] ?? ''

/** Turns that were waited for before the first planning of a list, and from then on. Planning begins with the time of the lane. */
async function turnsOf<T>(work: () => Promise<T>) {
  spy.mockClear()
  const begins = vi.fn()
  const laneOf = api.store.lane.bind(api.store)
  const lanes = vi.spyOn(api.store, 'lane').mockImplementation((teamKey) => {
    const lane = laneOf(teamKey)
    const time = () => {
      begins()
      return lane.time()
    }
    return { ...lane, time }
  })
  const answer = await work()
  const [begin = Infinity] = begins.mock.invocationCallOrder
  lanes.mockRestore()
  const orders = spy.mock.invocationCallOrder
  return {
    answer,
    reading: orders.filter((at) => at < begin).length,
    planning: orders.filter((at) => at > begin).length,
  }
}

/** On any machine: `inPieces` makes none longer than 8 KB. */
const leastPieces = (text: string) => Math.ceil(Buffer.byteLength(text) / 8_192)

async function apply(roster: string, draft: string) {
  const fields = ['upload', 'fingerprint', 'columns'].map((name) => [name, hidden(draft, name)])
  return ann.post(`/console/rosters/${roster}/upload/apply`, Object.fromEntries(fields))
}

it('small requests go before each piece of a list that is read, of a page as over REST', async () => {
  // Few rows, and nobody on the roster: reading it is all that is long.
  const text = list(100).replaceAll(',', `${' '.repeat(2_000)},`)
  const { answer, reading, planning } = await turnsOf(() => upload('silver', text))
  expect([answer.statusCode, planning]).toEqual([200, 0])
  expect(reading).toBeGreaterThanOrEqual(leastPieces(text))
  expect(reading).toBeGreaterThan(20)

  const url = '/v1/rosters/silver/members?dryRun=true'
  const csv = await turnsOf(() => api.call('PUT', url, text, { 'content-type': 'text/csv' }))
  expect([csv.answer.statusCode, csv.reading >= leastPieces(text)]).toEqual([200, true])
  const json = JSON.stringify({ members: [{ id: 'n', email: `${' '.repeat(60_000)}n@example.com` }] })
  const read = await turnsOf(() => api.call('PUT', url, json))
  expect([read.answer.statusCode, read.reading >= leastPieces(json)]).toEqual([200, true])
})

it('they go before every 2,000 rows that are checked: as taken, and as nobody is found for them', async () => {
  const { answer, planning } = await turnsOf(() => upload('third', list(ROWS)))
  expect([answer.statusCode, planning]).toEqual([200, 4])
})

it('they go before every 500 members that a list is compared with, as it is shown and as it is applied', async () => {
  const shown = await turnsOf(() => upload('gold', list(MEMBERS)))
  const applied = await turnsOf(() => apply('gold', shown.answer.body))
  expect([applied.answer.statusCode, applied.reading >= leastPieces(list(MEMBERS))]).toEqual([303, true])
  // Nobody was there before.
  expect(applied.planning).toBe(0)
  const again = await turnsOf(() => upload('gold', list(2)))
  expect(again.planning).toBeGreaterThanOrEqual(MEMBERS / 500)
  const changed = await turnsOf(() => apply('gold', again.answer.body))
  // Planned once to see that it is what was shown, and once more to record it.
  expect([changed.answer.statusCode, changed.planning >= (2 * MEMBERS) / 500]).toEqual([303, true])
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

it('a list that was sealed by a key which is gone has to be sent again', async () => {
  const { body } = await upload('fourth', list(3))
  const other = createSealer({ current: Buffer.alloc(32, 1) })
  const kept = await api.connection.keys('*:upload:*')
  for (const key of kept) await api.connection.set(key, other.seal('', 'upload:fourth'))
  const { statusCode } = await apply('fourth', body)
  expect([kept.length > 0, statusCode]).toEqual([true, 404])
})
