import { describe, expect, it } from 'vitest'
import {
  flag,
  list,
  mapOf,
  nullable,
  number,
  object,
  oneOf,
  optional,
  or,
  read,
  readJson,
  text,
  tuple,
} from './shape.ts'

interface Beat {
  v: 1
  at: number
  note: string | null
  lanes?: string[] | undefined
  more: Record<string, boolean>
}

const beat = object<Beat>({
  v: oneOf(1),
  at: number,
  note: nullable(text),
  lanes: optional(list(text)),
  more: mapOf(flag),
})

const GOOD = { v: 1, at: 5, note: null, more: { a: true } }

describe('a shape', () => {
  it('gives back the very value, with what a newer release wrote beside', () => {
    const value = { ...GOOD, lanes: ['a'], later: 'field' }
    expect(read(beat, value, 'A beat')).toBe(value)
  })

  it.each([
    [{ ...GOOD, v: 2 }, 'v: expected one of 1'],
    [{ ...GOOD, at: '5' }, 'at: expected a number'],
    [{ ...GOOD, note: undefined }, 'note: expected text'],
    [{ ...GOOD, lanes: ['a', 7] }, 'lanes: in its list: expected text'],
    [{ ...GOOD, more: { 'ann@example.com': 'yes' } }, 'more: in its map: expected true or false'],
    [[GOOD], 'expected an object'],
    [null, 'expected an object'],
  ])('says where %j is another, and quotes nothing of it', (value, fault) => {
    expect(() => read(beat, value, 'A beat')).toThrow(`A beat is not readable: ${fault}.`)
  })

  it('says of text that is no JSON that it is none, without a word of it', () => {
    expect(() => readJson(text, 'ann@example.com', 'A record')).toThrow(/^A record is not readable: it is not JSON\./)
    expect(() => readJson(text, 'ann@example.com', 'A record')).not.toThrow(/ann/)
  })

  it('of a list with places lets those at the end be missing that are optional', () => {
    const pair = tuple<[string, number | undefined]>(text, optional(number))
    expect(pair(['a'])).toBeUndefined()
    expect(pair(['a', 1])).toBeUndefined()
    expect(pair(['a', 'b'])).toBe('at place 1: expected a number')
    expect(pair('ab')).toBe('expected a list')
  })

  it('of two forms takes either', () => {
    const form = or(text, number)
    expect([form('a'), form(1), form(true)]).toEqual([undefined, undefined, 'expected a number'])
  })
})
