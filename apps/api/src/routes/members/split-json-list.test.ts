import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createListSplitter } from './split-json-list.ts'

function split(text: string, size = 10_000) {
  const items: string[] = []
  const splitter = createListSplitter({
    name: 'members',
    longest: 64 * 1024,
    onItem: (item) => void items.push(item.toString()),
    refuse: (detail) => new Error(detail),
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) splitter.feed(bytes.subarray(at, at + size))
  return { items, rest: splitter.finish().toString() }
}

describe('a list in JSON', () => {
  it('comes apart into its items, however it comes in pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.dictionary(
          fc.string().filter((key) => key !== 'members' && key !== '__proto__'),
          fc.jsonValue(),
        ),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 2),
        (members, others, size, indent) => {
          const { items, rest } = split(JSON.stringify({ ...others, members }, null, indent), size)
          expect(items.map((item) => JSON.parse(item))).toEqual(JSON.parse(JSON.stringify(members)))
          expect(JSON.parse(rest)).toEqual(
            JSON.parse(JSON.stringify({ ...others, members: members.length > 0 ? [0] : [] })),
          )
        },
      ),
    )
  })

  it.each([
    '{"members":[1,,2]}',
    '{"members":[1,]}',
    '{"members":[,1]}',
    '{"members":[,]}',
    '{"members":[1}',
    '{"members":[1',
  ])('that is none, such as %s, is none without its items either', (text) => {
    expect(() => JSON.parse(split(text).rest)).toThrow()
  })

  it('is looked for where it belongs', () => {
    expect(split('{"other":{"members":[1,2]}}').items).toEqual([])
    expect(split('{"other":["members",[1,2]],"members":[3]}').items).toEqual(['3'])
  })

  it('is refused where an item, or what is around, is too long', () => {
    const long = 'x'.repeat(65 * 1024)
    expect(() => split(`{"members":["${long}"]}`)).toThrow('Item 1')
    expect(() => split(`{"other":"${long}","members":[]}`)).toThrow('Beside')
  })
})
