import { eventually } from '@flightroster/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi, type TestApi } from '../../../testing/serve.ts'
import { makeDashboard, visit, type Visitor } from '../../../testing/visitor.ts'

const SIZES = { small: 1_000, large: 10_000 }
type RosterName = keyof typeof SIZES

let api: TestApi
let ann: Visitor

beforeAll(async () => {
  api = await serveApi({ dashboard: await makeDashboard() })
  for (const [id, size] of Object.entries(SIZES)) {
    await api.addRoster({ id, group: { id: `g-${id}`, name: id } })
    const members = Array.from({ length: size }, (_, at) => {
      const number = String(at).padStart(5, '0')
      // One in ten waits for an address.
      return { id: `u-${number}`, email: at % 10 === 0 ? null : `p${number}@example.com`, lastName: `Lee${number}` }
    })
    for (let from = 0; from < size; from += 1_000) {
      const events = members
        .slice(from, from + 1_000)
        .map((member) => ({ type: 'member.joined', data: { roster: id, member } }))
      expect((await api.call('POST', '/v1/events', events)).statusCode).toBe(202)
    }
  }
  ann = await visit(api.app, 'ann')
})
afterAll(() => api.close())

interface Cost {
  /** Commands that the store carried out, those of scripts included. */
  commands: Record<string, number>
  /** What it answered. */
  bytes: number
}

/** What one request costs the store. */
async function costOf(ask: () => Promise<{ statusCode: number }>): Promise<Cost> {
  // The first may load scripts, and note who asked.
  expect((await ask()).statusCode).toBe(200)
  return eventually(async () => {
    await api.connection.config('RESETSTAT')
    const bytesBefore = await answeredBytes()
    expect((await ask()).statusCode).toBe(200)
    const bytes = (await answeredBytes()) - bytesBefore
    const stats = await api.connection.info('commandstats')
    const calls = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)])
    const commands = Object.fromEntries(calls) as Record<string, number>
    // Whoever looks after the connection asked meanwhile: that is counted anew.
    expect(commands['info']).toBe(2)
    return { commands, bytes }
  })
}

const answeredBytes = async () =>
  Number(/total_net_output_bytes:(\d+)/.exec(await api.connection.info('stats'))?.[1] ?? 0)

const read = (path: string) => async (roster: RosterName) =>
  costOf(() => api.call('GET', `/v1/rosters/${roster}/members?${path}`))
const open = (query: string) => async (roster: RosterName) =>
  costOf(() => ann.get(`/console/rosters/${roster}/members?${query}`))

async function cursorOf(roster: RosterName): Promise<string> {
  return (await api.call('GET', `/v1/rosters/${roster}/members?limit=100`)).json().nextCursor
}

describe('a page of the members of a roster', () => {
  it.each([
    ['the first of a list', read('limit=100')],
    ['of one status', read('limit=50&status=waiting')],
    ['of the next people', async (roster: RosterName) => read(`limit=100&cursor=${await cursorOf(roster)}`)(roster)],
    ['the first of the console', open('')],
    ['the last of the console', open('page=999')],
    ['of one status in the console', open('status=waiting&page=2')],
    ['by status in the console', open('sort=status')],
  ])('%s costs as much of 10,000 as of 1,000', async (_name, cost) => {
    const [small, large] = [await cost('small'), await cost('large')]
    expect(large.commands['hscan'] ?? 0).toBe(0)
    expect(large.commands['hmget']).toBe(small.commands['hmget'])
    expect(large.bytes).toBeLessThan(small.bytes * 1.2)
  })

  it.each([
    ['by name', 'sort=-name'],
    ['by address', 'sort=address&status=pending'],
    ['a search', 'q=lee0000'],
  ])(
    '%s in the console looks once through what is wanted, and reads the records of the page alone',
    async (_name, query) => {
      const [small, large] = [await open(query)('small'), await open(query)('large')]
      expect(large.commands['hscan']).toBeLessThanOrEqual(17)
      expect(large.commands['hmget']).toBe(small.commands['hmget'])
    },
  )
})
