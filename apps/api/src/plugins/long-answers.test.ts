import { expect, it } from 'vitest'
import { AT_ONCE, jsonInPieces } from './long-answers.ts'

const ids = (count: number) => Array.from({ length: count }, (_, at) => `u-"${at}"`)

it.each([
  ['of few', { plan: { add: 1, names: { add: ids(2), remove: [] } }, held: false, problem: null }, 1],
  ['of many', { id: 'r', removals: ids(2 * AT_ONCE + 1), cleared: undefined, unmanaged: [], read: 0.5 }, 3],
  ['of lists in a list', { items: [{ removals: ids(AT_ONCE) }, { removals: ids(1) }, {}], nextCursor: 'a"b' }, 2],
  ['of things', { idle: Array.from({ length: AT_ONCE + 1 }, (_, at) => ({ id: `u-${at}`, since: null })) }, 2],
  ['of nothing', {}, 0],
])('an answer %s is the same in pieces as in one, with a turn for others before each', async (_name, answer, turns) => {
  let taken = 0
  const pieces: string[] = []
  for await (const piece of jsonInPieces(answer, async () => void taken++)) pieces.push(piece)
  expect(pieces.join('')).toBe(JSON.stringify(answer))
  expect(taken).toBe(turns)
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(
    JSON.stringify(ids(AT_ONCE)).length + 20_000,
  )
})
