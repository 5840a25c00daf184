import { expect, it } from 'vitest'
import { createRowCollector, MOST_DOUBTED } from './put-roster-rows.ts'

const sent = (id: string, email: string) => ({ id, email, firstName: undefined, lastName: undefined })

it('a list of nothing but bad rows is counted, and the first thousand of them are kept', () => {
  const collector = createRowCollector()
  for (let row = 1; row <= 50_000; row++) collector.take(row, sent('u-1', '@@'))
  const { rejected, doubt } = collector.finish()
  expect([rejected.total, rejected.told.length, doubt.count]).toEqual([50_000, 1_000, 50_000])
  expect([rejected.told[0]?.row, rejected.told.at(-1)?.row]).toEqual([1, 1_000])
})

it('rows that only the end of the list shows to be bad are told in their place, whatever was kept out before', () => {
  const collector = createRowCollector()
  // The column of ids is spoilt: the first row turns out to be anybody's.
  for (let row = 1; row <= 2_000; row++) collector.take(row, sent('u-1', `p${row}@example.com`))
  const { rows, rejected, doubt } = collector.finish()
  expect([rows, doubt.unclear, rejected.total, rejected.told.length]).toEqual([[], true, 2_000, 1_000])
  expect(rejected.told.map(({ row }) => row)).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 1))
  expect(rejected.told.slice(0, 2).map(({ code }) => code)).toEqual(['row_invalid', 'row_duplicate'])
})

it('bad rows that may mean more people than any list has are unclear, and no more of them are in memory', () => {
  const read = (count: number) => {
    const collector = createRowCollector()
    for (let row = 0; row * 30 < count; row++) {
      const written = Array.from({ length: 30 }, (_, at) => `p${row * 30 + at}@b`).join(' ')
      collector.take(row, sent(`u-${row}`, written))
    }
    const { doubt } = collector.finish()
    return [doubt.addresses.size, doubt.unclear]
  }
  expect(read(3_000)[1]).toBe(false)
  expect(read(MOST_DOUBTED)).toEqual([MOST_DOUBTED, true])
})
