import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicateKeys, holdsDuplicateKeys } from './duplicate-keys.ts'

describe('fields that stand twice', () => {
  it.each([
    ['{"a":1,"a":2}', ['/a']],
    ['{"a":{"b":1,"c":[],"b":2}}', ['/a/b']],
    ['[{"a":1},{"a":1,"a":1}]', ['/1/a']],
    ['[[],[1,2,{"x":1,"x":{"y":1,"y":2}}]]', ['/1/2/x', '/1/2/x/y']],
    ['{"\\u0061":1,"a":2}', ['/a']],
    ['{"a/b":1,"a/b":2}', ['/a~1b']],
    ['{"a":"\\"a\\":","b":"{\\"a\\":1}","c":"\\\\"}', []],
    ['{"a":[{"a":1},{"a":2}],"b":{"a":3}}', []],
    [' { "a" : 1 , "b" : [ "a" , "a" ] } ', []],
    ['"a"', []],
    ['[]', []],
  ])('in %s are %j', (text, expected) => {
    expect(findDuplicateKeys(text)).toEqual(expected)
    expect(holdsDuplicateKeys(text, JSON.parse(text))).toBe(expected.length > 0)
  })

  it('are in nothing that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(findDuplicateKeys(text)).toEqual([])
        expect(holdsDuplicateKeys(text, JSON.parse(text))).toBe(false)
      }),
    )
  })
})
