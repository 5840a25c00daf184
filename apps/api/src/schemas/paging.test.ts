import { expect, it } from 'vitest'
import { limit } from './paging.ts'

it.each([
  ['5000', 'A page has 1,000 items at most.'],
  ['0', 'A page has 1 item at least.'],
  ['-3', 'A page has 1 item at least.'],
  ['1.5', 'This is not a whole number.'],
  ['many', 'This is not a number.'],
])('a limit of %s is refused by what is wrong with it', (asked, said) => {
  expect(limit.safeParse(asked).error?.issues.map(({ message }) => message)).toEqual([said])
})
