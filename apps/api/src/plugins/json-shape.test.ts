import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkJsonShape, createShapeCheck, JSON_BOUNDS } from './json-shape.ts'

const check = (text: string, bounds = JSON_BOUNDS) => checkJsonShape(Buffer.from(text), bounds)
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('the shape of a JSON text', () => {
  it('may be nested 64 deep and no deeper', () => {
    expect(() => check(nested(64))).not.toThrow()
    expect(() => check(nested(65))).toThrow('64 deep')
    expect(() => check('{"a":'.repeat(65) + '1' + '}'.repeat(65))).toThrow('64 deep')
    // What is no JSON, and never closes, is bounded alike.
    expect(() => check('['.repeat(1_000_000))).toThrow('64 deep')
  })

  it('is not looked for within texts', () => {
    expect(check(JSON.stringify({ a: nested(100), b: '\\"[[[{{{:,', '"': '\\' }))).toBe(3)
  })

  it('has a bounded number of entries and of values', () => {
    expect(() => check(JSON.stringify(Array(10_000).fill(0)))).not.toThrow()
    expect(() => check(JSON.stringify(Array(10_001).fill(0)))).toThrow('10,000 entries')
    expect(() => check(JSON.stringify(Array(100).fill(Array(600).fill(0))))).toThrow('50,000 values')
  })

  it('has no text and no gap longer than its bound, in whatever pieces they come', () => {
    const most = JSON_BOUNDS.run ?? 0
    const inPieces = (text: string) => {
      const shape = createShapeCheck(JSON_BOUNDS)
      for (let from = 0; from < text.length; from += 1_000) shape.look(Buffer.from(text.slice(from, from + 1_000)))
    }
    for (const look of [check, inPieces]) {
      expect(() => look(JSON.stringify({ a: 'x'.repeat(most - 10), b: 'x'.repeat(most - 10) }))).not.toThrow()
      for (const long of [
        `"${'x'.repeat(most + 1)}"`,
        `"${'\\"'.repeat(most)}"`,
        `[1,${'\n'.repeat(most + 1)}2]`,
        '1'.repeat(most + 1),
      ])
        expect(() => look(long)).toThrow('65,536 bytes')
    }
    expect(() =>
      checkJsonShape(Buffer.from(`"${'x'.repeat(2 * most)}"`), { ...JSON_BOUNDS, run: Infinity }),
    ).not.toThrow()
  })

  it('counts the members of all objects', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        let members = 0
        const text = JSON.stringify(value, (key, inner) => {
          if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) members += Object.keys(inner).length
          return inner
        })
        expect(check(text, { ...JSON_BOUNDS, depth: 1_000 })).toBe(members)
      }),
    )
  })

  it('is the same in whatever pieces the text comes', () => {
    const odd = fc.string({ unit: fc.constantFrom('"', '\\', '[', ']', '{', '}', ',', ':', 'a', ' ') })
    fc.assert(
      fc.property(fc.oneof(fc.json(), odd), fc.integer({ min: 1, max: 7 }), (text, size) => {
        const bytes = Buffer.from(text)
        const whole = createShapeCheck(JSON_BOUNDS)
        const pieces = createShapeCheck(JSON_BOUNDS)
        whole.look(bytes)
        for (let from = 0; from < bytes.length; from += size) pieces.look(bytes.subarray(from, from + size))
        expect(pieces.members()).toBe(whole.members())
      }),
    )
  })
})
