import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findDuplicateKeys, holdsDuplicateKeys } from './duplicate-keys.ts'
import { checkJsonShape, JSON_BOUNDS } from './json-shape.ts'

const holds = (text: string) =>
  holdsDuplicateKeys(checkJsonShape(Buffer.from(text), { ...JSON_BOUNDS, depth: 1_000 }), JSON.parse(text))

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
    expect(holds(text)).toBe(expected.length > 0)
  })

  it('are told once for each item of a list, however many an item has', () => {
    const item = `{${'"a":1,'.repeat(50)}"b":2,"b":3}`
    expect(findDuplicateKeys(`[${item},{},${item}]`, { onePerItem: true })).toEqual(['/0/a', '/2/a'])
    expect(findDuplicateKeys(item, { onePerItem: true })).toHaveLength(20)
  })

  it('are named by a pointer of some 200 characters, however long the keys are', () => {
    const key = 'k'.repeat(100_000)
    const [pointer = ''] = findDuplicateKeys(`{"${key}":{"${key}":1,"${key}":2}}`)
    expect(pointer.length).toBeLessThan(500)
  })

  it('are in nothing that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value)
        expect(findDuplicateKeys(text)).toEqual([])
        expect(holds(text)).toBe(false)
      }),
    )
  })
})
