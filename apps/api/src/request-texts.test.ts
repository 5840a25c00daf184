import { expect, it } from 'vitest'
import { paramOf, queryOf } from './request-texts.ts'

it('reads what an address says once, and nothing of what it says twice', () => {
  expect(queryOf({ query: { q: 'ann', page: ['1', '2'] } })).toEqual({ q: 'ann' })
  expect(queryOf({ query: undefined })).toEqual({})
})

it('reads a part of the path, and stops where the route has none of that name', () => {
  expect(paramOf({ params: { rosterId: 'gold' } }, 'rosterId')).toBe('gold')
  expect(() => paramOf({ params: { rosterId: 'gold' } }, 'planId')).toThrow('no parameter planId')
})
