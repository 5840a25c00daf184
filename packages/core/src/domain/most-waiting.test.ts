import { expect, it } from 'vitest'
import { shareWaiting } from './most-waiting.ts'

it('what is told of one roster shares what may wait for it, whatever else its endpoints are told of', () => {
  const shares = shareWaiting([
    { id: 'a', rosters: ['gold'] },
    { id: 'b', rosters: ['gold', 'silver'] },
    { id: 'c', rosters: ['silver', 'bronze'] },
    { id: 'd', rosters: ['bronze'] },
    { id: 'e', rosters: ['far'] },
  ])
  expect(Object.fromEntries(shares)).toEqual({ a: 100_000, b: 100_000, c: 100_000, d: 100_000, e: 200_000 })
})

it('an endpoint about all rosters has no bound, and takes no share of others', () => {
  expect([
    ...shareWaiting([
      { id: 'all', rosters: null },
      { id: 'a', rosters: ['gold'] },
    ]),
  ]).toEqual([['a', 200_000]])
})

it('however many there are, some may wait for each', () => {
  const many = Array.from({ length: 1_000 }, (_, at) => ({ id: `w-${at}`, rosters: ['gold'] }))
  expect(new Set(shareWaiting(many).values())).toEqual(new Set([1_000]))
})
