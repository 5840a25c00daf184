import { describe, expect, it } from 'vitest'
import { growthOf } from '../../testing/growth.ts'
import { looseEmail, readWrittenEmail } from './email-dress.ts'

describe('a written address', () => {
  // One cell of a list may have 64 KB, and a search that tries again from each of its letters took half a minute.
  it.each(['a', '.', 'a ', '"', 'a@', '<'])('of sixty thousand times %j is read at once, and means nobody', (text) => {
    const begun = process.cpuUsage()
    expect(readWrittenEmail(text.repeat(60_000))).toEqual({ email: null, asWritten: null, mayBe: [] })
    expect(process.cpuUsage(begun).user).toBeLessThan(1_000_000)
  })
  // A list has tens of thousands of such cells: what tried again from each of their letters took ten to twenty milliseconds for one.
  it.each([
    ['a', ''],
    [' ', ''],
    [' dot ', '\u3002'],
    ['(at)', '\u3002'],
    ['a@b.c,', '\u3002'],
    ['\u0430', ' '],
    [',', 'a'],
    ["'", '_at_'],
    ['@', '&#64;'],
    ['a@b ', ' @ '],
    ['mailto:', 'e-mail = '],
  ])('of %j and %j is read without looking at a letter over and over', async (...parts) => {
    const read = (letters: number) => {
      const [before, after] = parts.map((part) => part.repeat(letters).slice(0, letters / 2 - 1))
      const text = `x${before}x${after}`
      for (let times = 0; times < 200; times++) readWrittenEmail(text)
    }
    // Four times as many letters cost four times as much; sixteen times, where each leads to all that follow.
    const most = 10
    expect(await growthOf(read, { sizes: [250, 1_000], most, leastUs: 1_000 })).toBeLessThan(most)
  })

  it.each([
    ['Ann Lee <ann@example.com>', 'ann@example.com', ['ann@example.com']],
    ['mailto: ann@example.com', 'ann@example.com', ['ann@example.com']],
    ['ann (at)  example ( dot ) com', null, ['ann@example.com']],
    ['ann  at  example.com', null, ['ann@example.com']],
    ['ann@example.com; bob@example.com', null, ['ann@example.com', 'bob@example.com']],
    ['ann@example  ,  com', null, ['ann@example', 'ann@example.com']],
    ['nobody', null, []],
  ])('%j is told with all it may be', (raw, email, mayBe) => {
    const { mayBe: found, ...read } = readWrittenEmail(raw)
    expect([read.email, found.toSorted()]).toEqual([email, mayBe])
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
