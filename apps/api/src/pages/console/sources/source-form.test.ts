import { expect, it } from 'vitest'
import { bodyOf } from './source-form.ts'

const draft = { kind: 'stripe' as const, header: '', algorithm: 'sha256', encoding: 'hex', prefix: '', map: '' }
const rostersOf = (rosters: string) => bodyOf({ ...draft, rosters } as Parameters<typeof bodyOf>[0], '')

it.each([
  ['price_1 = gold', { price_1: 'gold' }],
  ['  price_1=gold  \r\n\n price 2 → silver', { price_1: 'gold', 'price 2': 'silver' }],
  ['a = b = gold', { 'a = b': 'gold' }],
  ['a == gold', { 'a =': 'gold' }],
])('reads %j', (text, rosters) => {
  expect(rostersOf(text)).toEqual({ kind: 'stripe', rosters })
})

it.each(['gold', '= gold', 'price_1 =', '→', `a${' '.repeat(500_000)}b`])(
  'says of a line that is none what it is',
  (text) => {
    expect(rostersOf(text)).toBe(`“${text.trim()}” is no “plan = roster”.`)
  },
)
