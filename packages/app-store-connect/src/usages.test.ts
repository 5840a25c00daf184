import { describe, expect, it } from 'vitest'
import { createUsageCalls } from './usages.ts'
import type { Call } from './request.ts'

/** Reads one page as Apple would answer it. */
async function read(rows: unknown[]) {
  const body = JSON.stringify({
    data: rows,
    links: { self: 'x' },
    meta: { paging: { total: rows.length, limit: 200 } },
  })
  const baseUrl = new URL('https://apple.example.com')
  const asked: Call<unknown>[] = []
  const call = async <T>(made: Call<T>): Promise<T> => {
    asked.push(made as Call<unknown>)
    return made.read({ status: 200, body })
  }
  const page = await createUsageCalls({ baseUrl, call }).readUsagePage('g', 90, null)
  return { page, asked }
}
const row = (data: unknown, dataPoints: unknown) => ({ dataPoints, dimensions: { betaTesters: { data } } })
const point = (sessionCount: unknown, end?: string) => ({
  start: '2026-11-01T00:00:00Z',
  end,
  values: { sessionCount },
})

describe('usage of a group', () => {
  it('asks by tester, for a period', async () => {
    const { asked } = await read([])
    expect(asked[0]).toMatchObject({
      path: '/v1/betaGroups/{id}/metrics/betaTesterUsages',
      query: { groupBy: 'betaTesters', period: 'P90D', limit: 200 },
    })
  })

  it('reads both forms of the dimension, and adds up data points', async () => {
    const { page } = await read([
      row('t-1', [point(2, '2026-11-08T00:00:00Z'), point(3, '2026-11-15T00:00:00Z')]),
      row({ type: 'betaTesters', id: 't-2' }, [{ values: { sessionCount: 0, crashCount: 1, feedbackCount: 4 } }]),
    ])
    expect(page.rows).toEqual([
      { id: 't-1', figures: { sessions: 5, crashes: 0, feedback: 0 }, until: Date.parse('2026-11-15T00:00:00Z') },
      { id: 't-2', figures: { sessions: 0, crashes: 1, feedback: 4 }, until: null },
    ])
  })

  it.each([
    ['no data points', row('t', [])],
    ['data points that are none', row('t', null)],
    ['no values', row('t', [{ start: 'x' }])],
    ['no count of sessions', row('t', [{ values: { crashCount: 1 } }])],
    ['a count that is none', row('t', [point('3')])],
    ['a count below zero', row('t', [point(-1)])],
  ])('takes a row with %s for no figure, never for none', async (_, one) => {
    expect((await read([one])).page.rows).toEqual([{ id: 't', figures: null, until: null }])
  })

  it('is not lost for a row that names nobody', async () => {
    const { page } = await read([row(undefined, [point(1)]), row('t', [point(1)])])
    expect(page.rows.map(({ id }) => id)).toEqual(['', 't'])
  })
})
