import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSearch, type Searchable } from './search.ts'

const member = (overrides: Partial<Searchable> = {}): Searchable => ({
  id: 'u-17',
  email: 'j.o@example.com',
  firstName: null,
  lastName: null,
  ...overrides,
})
const finds = (q: string, overrides: Partial<Searchable>) => parseSearch(q)?.matches(member(overrides)) ?? false

describe('a search', () => {
  it.each([
    ['the beginning of an id', 'U-1', {}],
    ['the beginning of an address', 'J.O@EX', {}],
    ['the first word of a name', 'ann', { firstName: 'Ann', lastName: 'Lee' }],
    ['the second word of a name', 'lee', { firstName: 'Ann', lastName: 'Lee' }],
    ['a word within a last name', 'berg', { firstName: 'Ann', lastName: 'van den Berg' }],
    ['a word behind a hyphen', 'marie', { firstName: 'Anne-Marie', lastName: null }],
    ['a word behind an apostrophe', 'neil', { firstName: null, lastName: "O'Neil" }],
    ['an apostrophe of a telephone by one of a keyboard', "o'brien", { lastName: 'O’Brien' }],
    ['and the other way round', 'o’brien', { lastName: "O'Brien" }],
    ['a name in two words', 'ann le', { firstName: 'Ann', lastName: 'Lee' }],
    ['words in another order', 'lee ann', { firstName: 'Ann', lastName: 'Lee' }],
    ['a word of a name and an address', 'lee j.o@', { firstName: 'Ann', lastName: 'Lee' }],
    ['é as e', 'elodie', { firstName: 'ÉLODIE' }],
    ['e as é', 'élo', { firstName: 'Elodie' }],
    ['an accent of its own character', 'elodie', { firstName: 'E\u0301lodie' }],
    ['ß as ss', 'strauss', { lastName: 'Strauß' }],
    ['SS as ß', 'STRAUẞ', { lastName: 'STRAUSS' }],
    ['İ as i', 'istanbul', { lastName: 'İstanbul' }],
    ['ı as i', 'isik', { lastName: 'Işık' }],
    ['ø, ł and æ', 'soren lukasz aesir', { firstName: 'Søren Łukasz', lastName: 'Æsir' }],
    ['letters of other scripts', 'мари', { firstName: 'МАРИЯ' }],
    ['characters of Chinese', '李', { lastName: '李雷' }],
    ['an id with a space', 'ü 😀', { id: 'Ü 😀 1' }],
  ])('finds %s', (_name, q, overrides) => expect(finds(q, overrides)).toBe(true))

  it.each([
    ['the middle of a word', 'nn', { firstName: 'Ann' }],
    ['the middle of a word behind a wide letter', 'b', { firstName: '𝒳b' }],
    ['the domain of an address', 'example', {}],
    ['one word of two that fits', 'ann smith', { firstName: 'Ann', lastName: 'Lee' }],
    ['nobody known', 'ann', {}],
  ])('does not find %s', (_name, q, overrides) => expect(finds(q, overrides)).toBe(false))

  it.each([undefined, '', '   ', '\u0301'])('is none for %j', (q) => expect(parseSearch(q)).toBeUndefined())

  it('sorts out no text that matches, however it is escaped', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', 'z', ' ', '-', '"', '\\', '@', 'é', 'ß', 'İ'),
      maxLength: 8,
    })
    const person = fc.record({ id: text, email: text, firstName: text, lastName: text })
    fc.assert(
      fc.property(text, person, (q, known) => {
        const search = parseSearch(q)
        const isMatch = search?.matches(known) ?? false
        expect(isMatch && !search?.mayMatch(JSON.stringify(known))).toBe(false)
      }),
    )
  })

  it('sorts out by its text who can not match', () => {
    expect(parseSearch('lee "x"')?.mayMatch('{"firstName":"Ann"}')).toBe(false)
    expect(parseSearch('李')?.mayMatch('{"firstName":"Ann"}')).toBe(false)
  })
})
