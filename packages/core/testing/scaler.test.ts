import { describe, expect, it } from 'vitest'
import { createScaleDecision, type ScaleRule } from './scaler.ts'

const RULE: ScaleRule = {
  least: 2,
  most: 16,
  threshold: 2.5,
  up: { windowMs: 0, pods: 4, periodMs: 15_000 },
  down: { windowMs: 300_000, pods: 1, periodMs: 60_000 },
}

/** How many there are after each look, a look each 15 s. */
function follow(figures: readonly number[], rule = RULE, from = rule.least): number[] {
  const decide = createScaleDecision(rule)
  let count = from
  return figures.map((figure, at) => (count = decide(at * 15_000, count, figure)))
}

describe('the scaling rule', () => {
  it('asks for a worker for every so many seconds, between the least and the most', () => {
    expect(follow([10])).toEqual([4])
    expect(follow([0, 1, 5])).toEqual([2, 2, 2])
    expect(follow([1_000, 1_000, 1_000, 1_000, 1_000])).toEqual([6, 10, 14, 16, 16])
  })

  it('leaves what is within a tenth as it is', () => {
    expect(follow([10, 10.9, 9.1, 11.1])).toEqual([4, 4, 4, 5])
  })

  it('takes one away a minute, once nothing asked for it in the last five', () => {
    const quiet = Array.from({ length: 33 }, () => 0)
    const counts = follow([20, ...quiet])
    expect(counts[0]).toBe(6)
    // The 21 looks at 0 to 300 s.
    expect(counts.slice(0, 21)).toEqual(Array.from({ length: 21 }, () => 6))
    expect(counts.slice(21)).toEqual([5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 2])
  })
})
