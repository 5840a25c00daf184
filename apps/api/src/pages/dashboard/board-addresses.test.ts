import { expect, it } from 'vitest'
import { BOARD_PAGES, BOARD_READS } from './board-addresses.ts'
import { createBoard } from './board.ts'

it('names every page and every read that Bull Board has, so that each has a route of ours', () => {
  const board = createBoard({ publicUrl: undefined })
  expect(BOARD_PAGES).toEqual([board.entry.route].flat())
  const reads = board.api.filter(({ method }) => [method].flat().includes('get'))
  expect(BOARD_READS).toEqual(reads.flatMap(({ route }) => route))
  expect([...board.reads.keys()]).toEqual(BOARD_READS)
})
