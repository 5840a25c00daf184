import { describe, expect, it } from 'vitest'
import { readJson } from '../domain/shape.ts'
import { fact, readKeyStatus, readProblem } from './stored-shapes.ts'

const about = { sequence: 1, problem: null, at: 1_000 }

describe('what was recorded to be told', () => {
  it.each([
    { type: 'roster.recovered', roster: 'gold', ...about },
    { type: 'team_key.recovered', teamKey: 'acme', ...about },
  ])('is read by the family of its type: $type', (kept) => {
    expect(readJson(fact, JSON.stringify(kept), 'A fact')).toEqual(kept)
  })

  it.each([
    { type: 'weather.changed', roster: 'gold', ...about },
    { type: 'team_key.recovered', roster: 'gold', ...about },
    { type: 'roster.recovered', roster: 'gold', ...about, sequence: '1' },
  ])('is refused where it is of no family, or has the fields of another: %o', (kept) => {
    expect(() => readJson(fact, JSON.stringify(kept), 'A fact')).toThrow('A fact')
  })
})

it('fields of a lane that are not there are read as no problem and an unchecked key', () => {
  const problem = { code: 'key_rejected', detail: 'Rejected.', at: 1 }
  expect(['', null, undefined].map((kept) => readProblem(kept))).toEqual([null, null, null])
  expect(readProblem(JSON.stringify(problem))).toEqual(problem)
  expect([readKeyStatus(null), readKeyStatus('of a later release'), readKeyStatus('working')]).toEqual([
    'unchecked',
    'unchecked',
    'working',
  ])
})
