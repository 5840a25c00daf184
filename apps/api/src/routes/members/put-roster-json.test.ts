import { isAppError } from '@flightroster/core/errors'
import { expect, it } from 'vitest'
import { FAULTS_TOLD } from '../../plugins/to-problem.ts'
import { readJsonList } from './put-roster-json.ts'

/** A list that goes on for long. */
function endless(row: string) {
  const read = { pieces: 0 }
  async function* pieces() {
    yield Buffer.from('{"members":[')
    while (read.pieces < 1_000) {
      read.pieces++
      yield Buffer.from(`${row},`)
    }
  }
  return { read, pieces: pieces() }
}

it('a list is refused at its hundredth fault, before the rest has come', async () => {
  const { read, pieces } = endless('{"id":"u-1","x":1,"y":2}')
  const error = await readJsonList(pieces, 100_000).catch((thrown: unknown) => thrown)
  expect(isAppError(error, 'request_invalid') ? error.details['errors'] : error).toHaveLength(FAULTS_TOLD)
  // Two faults each, and the row that says so.
  expect(read.pieces).toBeLessThanOrEqual(FAULTS_TOLD / 2 + 1)
})

it('a list is refused at the row that is one too many, whatever the rows say', async () => {
  for (const row of ['{}', '{"id":"u-1"}', '{"id":"u-1","email":"@@"}']) {
    const { read, pieces } = endless(row)
    await expect(readJsonList(pieces, 10)).rejects.toMatchObject({ code: 'list_too_long' })
    expect(read.pieces).toBeLessThanOrEqual(12)
  }
})
