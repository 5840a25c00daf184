import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byId, SORTED_AT_ONCE, sortInTurns } from './sort-in-turns.ts'

it('sorts as toSorted does, equal ones in the order given', async () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3 * SORTED_AT_ONCE, size: 'max' })
  await fc.assert(
    fc.asyncProperty(numbers, async (keys) => {
      const items = keys.map((key, at) => ({ key, at }))
      const byKey = (a: { key: number }, b: { key: number }) => a.key - b.key
      expect(await sortInTurns(items, byKey)).toEqual(items.toSorted(byKey))
    }),
    { numRuns: 50 },
  )
})

it('compares a few thousand between two turns at most, and gives a short list none', async () => {
  let [compared, most, turns] = [0, 0, 0]
  const turn = async () => {
    most = Math.max(most, compared)
    compared = 0
    turns++
  }
  const sort = (count: number) => {
    const items = Array.from({ length: count }, (_, at) => ({ id: String((at * 7_919) % count) }))
    return sortInTurns(items, (a, b) => (compared++, byId(a, b)), turn)
  }
  await sort(SORTED_AT_ONCE)
  expect(turns).toBe(0)
  compared = 0
  const sorted = await sort(100_000)
  await turn()
  expect(sorted).toHaveLength(100_000)
  expect(most).toBeLessThan(SORTED_AT_ONCE * Math.log2(SORTED_AT_ONCE))
})
