import { expect, it } from 'vitest'
import { inPieces } from './in-pieces.ts'

const KB = 1024

async function* oneChunk(bytes: number) {
  yield Buffer.alloc(bytes)
}

/** The sizes of the pieces, and how many turns were waited for, where each byte takes whoever reads it so many ms. */
async function piecesOf(bytes: number, msPerByte: number) {
  let time = 0
  let turns = 0
  const sizes: number[] = []
  const turn = async () => void turns++
  for await (const piece of inPieces(oneChunk(bytes), turn, () => time)) {
    sizes.push(piece.length)
    time += piece.length * msPerByte
  }
  return { sizes, turns }
}

it('waits for a turn before each piece, and loses no byte', async () => {
  const { sizes, turns } = await piecesOf(100 * KB + 3, 0)
  expect([sizes.reduce((sum, size) => sum + size, 0), turns]).toEqual([100 * KB + 3, sizes.length])
})

it('doubles the pieces of what is quickly read, up to 8 KB', async () => {
  const { sizes } = await piecesOf(31 * KB, 0)
  expect(sizes).toEqual([KB, 2 * KB, 4 * KB, 8 * KB, 8 * KB, 8 * KB])
})

it('makes pieces of some millisecond of what takes long, and none under 256 bytes', async () => {
  // A millisecond of this is 512 bytes.
  expect((await piecesOf(3 * KB, 1 / 512)).sizes).toEqual([KB, 512, 512, 512, 512])
  expect((await piecesOf(2 * KB, 1)).sizes).toEqual([KB, 256, 256, 256, 256])
})
