import { expect, it } from 'vitest'
import { inNameOrder } from './name-order.ts'

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
