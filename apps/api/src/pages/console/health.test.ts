import { toStatusCounts, type Warning } from '@flightroster/core/domain'
import { expect, it } from 'vitest'
import { tellHealth } from './health.ts'

type Input = Parameters<typeof tellHealth>[0]
const NONE = toStatusCounts([])
const compared = { id: 'c-1', at: 1, outcome: 'in_sync' } as const

function health(
  counts: Partial<typeof NONE>,
  lastReconcile: Input['described']['standing']['lastReconcile'] = compared,
  { usable = 1, warnings = [], takenOut = 0 }: { usable?: number; warnings?: Warning[]; takenOut?: number } = {},
) {
  const described = {
    counts: { ...NONE, ...counts },
    standing: { lastReconcile, drift: 0, lastFullAt: 0 },
    roster: { warnings },
    supply: { usable, peopleAffected: counts.invited ?? 0 },
  }
  return tellHealth({ described, waitsFor: null, takenOut, now: 5 })
}
const warning = (code: Warning['code'], detail: string): Warning => ({ code, detail, action: 'Do it.' })

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

it('a group that was never reconciled is not said to be as the roster says', () => {
  expect(health({ invited: 2 }, null)).toMatchObject({
    word: 'up to date',
    detail: 'Every change is carried out; the group has not been reconciled yet.',
  })
})

it('a roster whose people can install nothing is not said to be well, whatever the group looks like', () => {
  const gone = warning('builds_run_out', '1 was the last build, and has gone.')
  const review = warning('build_not_released', "2 is in Apple's beta review.")
  const seen = (usable: number, warnings: Warning[], invited = 3) => health({ invited }, compared, { usable, warnings })
  expect(seen(0, [gone])).toMatchObject({ tone: 'bad', word: 'no build', detail: gone.detail })
  expect(seen(0, [gone, review])).toMatchObject({ word: 'no build', detail: review.detail })
  expect(seen(1, [review])).toMatchObject({ tone: 'good', word: 'in sync' })
  expect(seen(0, [gone], 0)).toMatchObject({ word: 'empty' })
  const soon = warning('build_expiring', 'The last build expires in 5 days.')
  expect(seen(1, [soon])).toMatchObject({ tone: 'warn', detail: `The group is as the roster says. ${soon.detail}` })
})

it('whoever was taken out by hand and is not put back is told of', () => {
  expect(health({ invited: 3, removed: 2 }, compared, { takenOut: 1 })).toMatchObject({
    tone: 'warn',
    detail: '1 person was taken out of the group in App Store Connect, and this roster puts nobody back by itself.',
  })
})
