import { expect, it } from 'vitest'
import { areFew, NAMES_AT_ONCE, namesInPieces } from './names-in-pieces.ts'

const ids = (count: number) => Array.from({ length: count }, (_, at) => `u-"${at}"`)

it.each([
  ['nobody', { add: [], update: [], remove: [] }, 0],
  ['few', { add: ids(2), update: ids(1), remove: [], clear: ids(1) }, 3],
  ['many', { add: ids(2 * NAMES_AT_ONCE + 1), update: [], remove: ids(NAMES_AT_ONCE) }, 4],
])(
  'the names of a plan are the same in pieces as in one text, with a turn for others before each: %s',
  async (_name, names, turns) => {
    const answer = { reconciliation: null, held: false, plan: { add: 1, update: 2, remove: 3, unchanged: 4 } }
    let taken = 0
    let text = ''
    let longest = 0
    for await (const piece of namesInPieces(answer, names, async () => void taken++)) {
      text += piece
      longest = Math.max(longest, piece.length)
    }
    expect(JSON.parse(text)).toEqual({ ...answer, plan: { ...answer.plan, names } })
    expect(taken).toBe(turns)
    expect(longest).toBeLessThanOrEqual(JSON.stringify(ids(NAMES_AT_ONCE)).length + 2_000)
  },
)

it('a thousand names are few', () => {
  expect([areFew({ add: ids(999), remove: ids(1) }), areFew({ add: ids(999), remove: ids(2) })]).toEqual([true, false])
})
