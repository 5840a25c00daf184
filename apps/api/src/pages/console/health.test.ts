import { toStatusCounts } from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { tellHealth } from './health.ts'

type Input = Parameters<typeof tellHealth>[0]
const NONE = toStatusCounts([])
const compared = { id: 'c-1', at: 1, outcome: 'in_sync' } as const

function health(
  counts: Partial<typeof NONE>,
  lastReconcile: Input['described']['standing']['lastReconcile'] = compared,
) {
  const described = { counts: { ...NONE, ...counts }, standing: { lastReconcile, drift: 0, lastFullAt: 0 } }
  return tellHealth({ described, waitsFor: null, now: 5 })
}

it.each<[Partial<typeof NONE>, string]>([
  [{ installed: 3 }, 'The group is as the roster says.'],
  [{ installed: 3, waiting: 1 }, 'The group is as the roster says. 1 person waits for an address or a seat.'],
  [
    { waiting: 1_200, not_invited: 2, revoked: 1 },
    'The group is as the roster says. 1,200 people wait for an address or a seat, 2 people have no invitation yet, 1 person stopped testing.',
  ],
])('a roster in sync passes over nobody who is not in: %o', (counts, detail) => {
  expect(health(counts)).toMatchObject({ word: 'in sync', detail })
})

it('a group that was never compared is not said to be as the roster says', () => {
  expect(health({ invited: 2 }, null)).toMatchObject({
    word: 'up to date',
    detail: 'Every change is carried out; the group was not compared yet.',
  })
})
