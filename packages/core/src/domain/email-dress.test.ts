import { describe, expect, it } from 'vitest'
import { looseEmail, readWrittenEmail } from './email-dress.ts'

describe('a written address', () => {
  // One cell of a list may have 64 KB, and a search that tries again from each of its letters took half a minute.
  it.each(['a', '.', 'a ', '"', 'a@', '<'])('of sixty thousand times %j is read at once, and means nobody', (text) => {
    const begun = performance.now()
    expect(readWrittenEmail(text.repeat(60_000))).toEqual({ email: null, asWritten: null, mayBe: [] })
    expect(performance.now() - begun).toBeLessThan(1_000)
  })
  it('of the longest that is looked through is read quickly', () => {
    const begun = performance.now()
    for (let times = 0; times < 200; times++) readWrittenEmail('a'.repeat(1_000))
    expect(performance.now() - begun).toBeLessThan(4_000)
  })
})

describe('two addresses', () => {
  it.each([
    ['bob@example.com', 'bob.@example.com'],
    ['bob@example.com', 'bob@example.com2'],
    ['bob@example.com', 'b\u043eb@example.com'],
    ['jo@xn--exmple-cua.com', 'jo@ex\u00e4mple.com'],
  ])('may be one: %s and %s', (one, other) => expect(looseEmail(one)).toBe(looseEmail(other)))
  it.each([
    ['bob@example.com', 'bob+x@example.com'],
    ['bob@example.com', '_bob@example.com'],
    ['bob@example.com', 'bob@example.co'],
    ['b.ob@example.com', 'bob@example.com'],
    ['jo@example.com', 'jo@ex\u00e4mple.com'],
  ])('are two: %s and %s', (one, other) => expect(looseEmail(one)).not.toBe(looseEmail(other)))
})
