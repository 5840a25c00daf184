import { isAppError } from '@flightroster/core/errors'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FAULTS_TOLD } from '../../plugins/to-problem.ts'
import { isRow, readJsonList } from './put-roster-json.ts'
import { membersBody } from './put-roster-schema.ts'

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

it('a row is one by a plain look where it is one by its schema, and nothing else is', () => {
  const name = fc.constantFrom('id', 'email', 'firstName', 'lastName', 'group', '__proto__', 'constructor', '')
  const value = fc.oneof({ weight: 4, arbitrary: fc.string() }, fc.constant(null), fc.jsonValue({ maxDepth: 1 }))
  const row = fc.array(fc.tuple(name, value), { maxLength: 4 }).map((fields) => {
    const members = new Map(fields)
    return `{${[...members].map(([key, of]) => `${JSON.stringify(key)}:${JSON.stringify(of)}`).join(',')}}`
  })
  const schema = membersBody.shape.members.element
  let taken = 0
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: row }, fc.json({ maxDepth: 1 })), (text) => {
      const sent: unknown = JSON.parse(text)
      if (isRow(sent)) taken++
      expect([text, isRow(sent)]).toEqual([text, schema.safeParse(sent).success])
    }),
    { numRuns: 2_000 },
  )
  expect(taken).toBeGreaterThan(100)
})
