import { describe, expect, it } from 'vitest'
import { prefersCsv, toCell } from './csv.ts'

describe('a CSV cell', () => {
  it.each([
    ['Ann', 'Ann'],
    [null, ''],
    ['=1+1', "'=1+1"],
    ['+49 30', "'+49 30"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\t=1', `"'\t=1"`],
    ['＝1', "'＝1"],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['a\nb', '"a\nb"'],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
  ])('of %j is written %j', (value, expected) => {
    expect(toCell(value)).toBe(expected)
  })
})

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
