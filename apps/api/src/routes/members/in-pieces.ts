import { setImmediate as breathe } from 'node:timers/promises'

/** Bytes handed over at a time: they may hold thousands of rows, or a part of one. */
const MOST = 8 * 1024
const LEAST = 256
const FIRST = 1024
/** How long whoever takes a piece is to be busy with it. */
const GOAL_MS = 1

/**
 * The same bytes in pieces, with a turn for others before each. A piece is as long as the ones before it let
 * expect some millisecond of work (`turn` is taken before each): rows of nothing cost a hundred times what a long text does.
 */
export async function* inPieces(
  chunks: AsyncIterable<Buffer>,
  turn: () => Promise<unknown> = breathe,
  now: () => number = () => performance.now(),
): AsyncGenerator<Buffer, void> {
  let size = FIRST
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length;) {
      await turn()
      const piece = chunk.subarray(from, from + size)
      from += piece.length
      const begun = now()
      yield piece
      const tookMs = Math.max(now() - begun, 0.01)
      // Up by steps: one cheap piece says little of the next.
      size = Math.min(MOST, Math.max(LEAST, Math.min(2 * size, Math.round((piece.length * GOAL_MS) / tookMs))))
    }
  }
}
