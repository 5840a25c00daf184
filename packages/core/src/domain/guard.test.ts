import { describe, expect, it } from 'vitest'
import { judgeRemovals, type GuardInput } from './guard.ts'

const judge = (change: Partial<GuardInput>) =>
  judgeRemovals({
    settings: { percent: 20, atLeast: 10 },
    removals: 0,
    size: 100,
    recent: { removals: 0, sizes: 0, shares: 0 },
    empties: false,
    allowEmpty: false,
    ...change,
  })

describe('the removal guard', () => {
  const cases: [string, Partial<GuardInput>, ReturnType<typeof judge>][] = [
    ['lets a plan without removals pass', {}, { held: false }],
    ['lets exactly the percent pass', { removals: 20 }, { held: false }],
    ['holds more than the percent', { removals: 21 }, { held: true, reason: 'roster' }],
    ['lets few removals of a small roster pass', { removals: 9, size: 12 }, { held: false }],
    [
      'holds a plan that leaves nobody, however small',
      { removals: 2, size: 2, empties: true },
      { held: true, reason: 'empty' },
    ],
    [
      'lets a plan that leaves nobody pass when that was allowed',
      { removals: 50, size: 50, empties: true, allowEmpty: true },
      { held: false },
    ],
    [
      'holds a roster just under its guard once others of the key took as much',
      { removals: 19, recent: { removals: 38, sizes: 200, shares: 0.38 } },
      { held: true, reason: 'team_key' },
    ],
    [
      'lets a few removals pass whatever others of the key took',
      { removals: 3, recent: { removals: 90, sizes: 100, shares: 0.9 } },
      { held: false },
    ],
    [
      'does not let one who left a roster of two weigh as much as half of a large one',
      { removals: 10, size: 1_000, recent: { removals: 1, sizes: 2, shares: 0.5 } },
      { held: false },
    ],
  ]
  it.each(cases)('%s', (_name, input, expected) => expect(judge(input)).toEqual(expected))
})
