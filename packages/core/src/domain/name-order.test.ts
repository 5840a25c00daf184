import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstByName, inNameOrder, inNameOrderByTurns, toKey } from './name-order.ts'

it('orders people as one reads them: by name without case and accents, else by address, else by id', () => {
  const person = (id: string, firstName: string | null, email: string | null = null) => ({
    id,
    firstName,
    lastName: null,
    email,
  })
  const people = [
    person('5', null, 'carl@example.com'),
    person('u-10', null),
    person('u-9', null),
    person('1', 'Zoe'),
    person('2', 'émile'),
    person('3', 'Fay'),
    person('4', 'anna'),
  ]
  expect(inNameOrder(people).map(({ id }) => id)).toEqual(['4', '5', '2', '3', 'u-9', 'u-10', '1'])
})

it('compares plain texts as the collator does, numbers by their value', () => {
  const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true })
  const letters = fc.constantFrom(...'aAbzZ019 -_.@\'"(~$+<'.split(''), ...'éÉñÅ'.split(''))
  const text = fc.oneof(fc.string({ unit: letters, maxLength: 8 }), fc.string({ unit: 'grapheme-ascii', maxLength: 6 }))
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [one, other] = [toKey(a), toKey(b)]
      if (one === undefined || other === undefined) throw new Error(`${a} and ${b} are plain`)
      expect(one < other ? -1 : one > other ? 1 : 0).toBe(Math.sign(collator.compare(a, b)))
    }),
    { numRuns: 5_000 },
  )
})

it('leaves the order of other scripts to the collator', () => {
  expect(['Ёлка', '中', 'Ольга', 'ångström'].map(toKey)).toEqual([undefined, undefined, undefined, expect.any(String)])
})

it('keeps the first by name of however many come, and counts them all', () => {
  const name = fc.constantFrom('Ann', 'ann', 'Bob', 'Cyd', null)
  const people = fc
    .array(name, { maxLength: 60 })
    .map((names) => names.map((firstName, at) => ({ id: `u-${at}`, firstName, lastName: null, email: null })))
  fc.assert(
    fc.property(people, fc.integer({ min: 1, max: 8 }), (all, most) => {
      const first = firstByName(most)
      for (const one of all) first.add(one)
      expect([first.count(), first.list()]).toEqual([all.length, inNameOrder(all).slice(0, most)])
    }),
  )
})

it('puts very many in the same order by turns', async () => {
  const people = Array.from({ length: 5_000 }, (_, at) => ({
    id: `u-${at}`,
    email: null,
    firstName: ['Zoe', 'émile', 'anna', 'Ёлка', null][at % 5] ?? null,
    lastName: at % 3 === 0 ? null : `Lee ${(at * 7_919) % 5_000}`,
  }))
  expect(await inNameOrderByTurns(people)).toEqual(inNameOrder(people))
})
