import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromCell, prefersCsv, toCell } from './csv.ts'

describe('a CSV cell', () => {
  it.each([
    ['Ann', 'Ann'],
    [null, ''],
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', `" '=1"`],
    ['\t=1', `"'\t'=1"`],
    ['Ann;=1', `"Ann;'=1"`],
    ['Ann\t@x', `"Ann\t'@x"`],
    ['Ann |+1', `"Ann |'+1"`],
    ["'=1", "''=1"],
    ["'Ann", "'Ann"],
    ['Lee-Ann', 'Lee-Ann'],
    ['ann+x@example.com', 'ann+x@example.com'],
    ['＝1', "'＝1"],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ])('of %j is written %j', (value, expected) => {
    expect(toCell(value)).toBe(expected)
  })
})

it('is read back as what it was, whatever it holds', () => {
  const text = fc.string({ unit: fc.constantFrom(...`'"=+-@,;|: \taZ1ä＝`.split('')) })
  fc.assert(fc.property(text, (value) => fromCell(unquote(toCell(value))) === value))
})

it('begins no cell that a spreadsheet runs, whatever separator it reads with', () => {
  const text = fc.string({ unit: fc.constantFrom(...`'"=+-@,;|: \taZ`.split('')) })
  fc.assert(
    fc.property(text, fc.constantFrom(',', ';', '\t', '|', ' ', ':'), (value, separator) => {
      const cells = `x,${toCell(value)},y`.split(separator).map((cell) => cell.replace(/^"+/, ''))
      return cells.every((cell) => !/^[=+\-@]/.test(cell))
    }),
  )
})

const unquote = (cell: string) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)

describe('an Accept header', () => {
  it.each([
    ['text/csv', true],
    ['text/csv, application/json', false],
    ['application/json;q=0.5, text/csv', true],
    ['text/*;q=0.9, */*;q=0.1', true],
    ['*/*', false],
    ['TEXT/CSV; charset=utf-8', true],
    ['application/json', false],
    [undefined, false],
  ])('%s asks for CSV: %s', (accept, expected) => {
    expect(prefersCsv(accept)).toBe(expected)
  })
})

it('reads a long Accept once', () => {
  expect(prefersCsv(`a${' '.repeat(1_000_000)}b, text/csv`)).toBe(true)
})
