import { describe, expect, it } from 'vitest'
import type { Fact } from './fact.ts'
import { CALLBACK_PATTERNS, CALLBACK_TYPES, wantsFact } from './webhook.ts'

const at = 0
const member: Fact = {
  type: 'member.invited',
  roster: 'gold',
  member: 'u-1',
  sequence: 1,
  status: 'invited',
  problem: null,
  at,
}
const held: Fact = { type: 'roster.held', roster: 'gold', sequence: 1, problem: null, at }
const rejected: Fact = { type: 'team_key.rejected', teamKey: 'acme', sequence: 1, problem: null, at }
const rosters = new Set(['gold', 'silver'])
const wants = (types: string[], fact: Fact, only: string[] | null = null) =>
  wantsFact({ types, rosters: only }, fact, rosters)

describe('what a webhook is told of', () => {
  it('is the types that it names, alone or as a family, or all', () => {
    expect(wants(['member.invited'], member)).toBe(true)
    expect(wants(['member.*'], member)).toBe(true)
    expect(wants(['*'], member)).toBe(true)
    expect(wants(['member.removed', 'roster.*'], member)).toBe(false)
    expect(wants(['team_key.*'], rejected)).toBe(true)
  })

  it('is only what is about its rosters, where it names some', () => {
    expect(wants(['*'], member, ['gold'])).toBe(true)
    expect(wants(['*'], held, ['silver'])).toBe(false)
  })

  it('is what is about the team key of one of its rosters', () => {
    expect(wants(['*'], rejected, ['silver'])).toBe(true)
    expect(wants(['*'], rejected, ['bronze'])).toBe(false)
  })

  it('has a wildcard for every family', () => {
    const families = new Set(CALLBACK_TYPES.map((type) => `${type.split('.')[0]}.*`))
    expect([...families].filter((family) => !CALLBACK_PATTERNS.some((known) => known === family))).toEqual([])
  })
})
