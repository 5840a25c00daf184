import { describe, expect, it } from 'vitest'
import { isAlmostSameId, isSpoiltId, keyOfSent, keysOfKnown, looseMemberId } from './member-id.ts'

describe('an id that a spreadsheet has spoilt', () => {
  it.each(['1.23E+11', '1,23457E+11', '1E+12', '#NAME?', '#N/A', '#REF!', '#DIV/0!', '#WERT!', '####', 'Err:502'])(
    'is seen in %s',
    (id) => expect(isSpoiltId(id)).toBe(true),
  )
  it.each(['1-Mar', '01. Mrz', '2-Sep', 'Mar-01', '1.2.2026', '2026-03-01 00:00:00'])('is seen in the date %s', (id) =>
    expect(isSpoiltId(id)).toBe(true),
  )
  it.each([
    'u-1',
    '123-45-6789',
    '#123',
    '12E4',
    'MAR1',
    'E11',
    '1-2',
    'may',
    'a@b.de',
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    '007',
  ])('is not seen in %s', (id) => expect(isSpoiltId(id)).toBe(false))
})

describe('two ids', () => {
  it.each([
    ['007', '7'],
    ['17', '17.0'],
    ['17', '17,00'],
    ['true', 'TRUE'],
    ['u-1', "'u-1"],
    ['u-1', ' u-1\u200b'],
    ['12345678901234567', '12345678901234500'],
  ])('may be one: %s and %s', (one, other) => expect(looseMemberId(one)).toBe(looseMemberId(other)))
  it.each([
    ['17', '170'],
    ['-1', '1'],
    ['u-1', 'u-01'],
    ['1234567890123456', '12345678901234567'],
  ])('are two: %s and %s', (one, other) => expect(looseMemberId(one)).not.toBe(looseMemberId(other)))
})

describe('long ids that are loosely the same', () => {
  it.each([
    ['12345678901234500', '12345678901234567', true],
    ['12345678901234600', '12345678901234567', true],
    ['12345678901234568', '12345678901234567', true],
    ['1000000000000003', '1000000000000002', false],
  ])('%s is made of %s: %s', (sent, known, expected) =>
    expect(keysOfKnown(known).includes(keyOfSent(sent))).toBe(expected),
  )
})

describe('two ids of one address', () => {
  it.each([
    ['u-1', 'u-2'],
    ['17', '71'],
    ['1.5', '15'],
    ['Ann', 'Anna'],
  ])('are two people where they are %s and %s', (one, other) => expect(isAlmostSameId(one, other)).toBe(false))
})
