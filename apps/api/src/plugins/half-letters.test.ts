import { expect, it } from 'vitest'
import { refuseHalfLetters, toJson } from './half-letters.ts'

it.each([
  ['\ud800', '\ufffd'],
  ['a\udc00b', 'a\ufffdb'],
  ['\ud800\ud800x', '\ufffd\ufffdx'],
  ['😀', '😀'],
  ['\\ud800', '\\ud800'],
  ['\\\ud800', '\\\ufffd'],
  ['x\\\\ud83d\\ude00', 'x\\\\ud83d\\ude00'],
])('writes %j so that every reader takes it', (text, written) => {
  expect(JSON.parse(toJson({ [text]: [text, 1] }))).toEqual({ [written]: [written, 1] })
})

it.each(['"\\ud800"', '{"\\uDC00":1}', '"\\ud83d\\ud83d"', '"\\\\\\ud800"', '"\\ude00\\ud83d"'])(
  'refuses %s',
  (json) => {
    expect(() => refuseHalfLetters(json)).toThrow('half of a letter')
  },
)

it.each(['"\\ud83d\\ude00"', '"\\uD83D\\uDE00\\ud83d\\ude00"', '"\\\\ud800"', '"\\u0041"', '"😀"'])(
  'takes %s',
  (json) => {
    expect(() => refuseHalfLetters(json)).not.toThrow()
  },
)

it('has looked through a megabyte of them at once', () => {
  for (const text of ['\\ud83d\\ude00', '\\\\ud83d', '\\\\', '\\n']) {
    const json = `"${text.repeat(1_000_000 / text.length)}\\ud800"`
    expect(() => refuseHalfLetters(json)).toThrow('half of a letter')
  }
})
