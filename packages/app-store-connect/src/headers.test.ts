import { describe, expect, it } from 'vitest'
import { parseHttpDate, parseRetryAfter } from './headers.ts'

const NOW = Date.UTC(2026, 10, 25, 12, 0, 0)
const date = (offsetMs: number) => new Date(NOW + offsetMs).toUTCString()

describe('parseRetryAfter', () => {
  it.each<[string, string | string[] | undefined, number | undefined]>([
    ['reads seconds', '30', 30_000],
    ['reads zero', '0', 0],
    ['reads fractions', '1.5', 1_500],
    ['reads the first of two', ['5', '7'], 5_000],
    ['reads a date', date(90_000), 90_000],
    ['takes a date that is past for now', date(-90_000), 0],
    ['clamps a day to an hour', '86400', 3_600_000],
    ['clamps a date next week to an hour', date(7 * 86_400_000), 3_600_000],
    ['takes a negative number for nonsense', '-5', undefined],
    ['takes words for nonsense', 'soon', undefined],
    ['takes for nonsense what Date.parse would read as a date', 'bananas 5', undefined],
    ['takes an exponent for nonsense', '1e9', undefined],
    ['takes an empty value for nonsense', '', undefined],
    ['has nothing without the header', undefined, undefined],
  ])('%s', (_name, value, expected) => {
    expect(parseRetryAfter({ 'retry-after': value }, NOW)).toBe(expected)
  })

  it('measures a date by the clock of the answer where it tells it', () => {
    expect(parseRetryAfter({ 'retry-after': date(60_000), date: date(0) }, NOW - 3_600_000)).toBe(60_000)
  })
})

describe('parseHttpDate', () => {
  it('reads an HTTP date and nothing else', () => {
    expect(parseHttpDate(date(0))).toBe(NOW)
    for (const value of [undefined, '', '2026-11-25', '5', 'Wed, 99 Nov 2026 12:00:00 GMT']) {
      expect(parseHttpDate(value)).toBeNull()
    }
  })
})
