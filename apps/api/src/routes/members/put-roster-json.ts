import { isUtf8 } from 'node:buffer'
import { isObject } from '@flightroster/core/domain'
import { z } from 'zod'
import { parseJson, refuseDuplicateKeys } from '../../plugins/body-parsers.ts'
import {
  checkJsonShape,
  createShapeCheck,
  JSON_BOUNDS,
  type JsonBounds,
  type ShapeCheck,
} from '../../plugins/json-shape.ts'
import { FAULTS_TOLD, requestInvalid, type Fault } from '../../plugins/to-problem.ts'
import { faultsOf } from '../../plugins/validation.ts'
import { listTooLong } from './list-gate.ts'
import { createRowCollector, type ReadList } from './put-roster-rows.ts'
import { membersBody } from './put-roster-schema.ts'
import { createListSplitter } from './split-json-list.ts'
import { readShape } from '../../schemas/read-shape.ts'

/** A row is a few hundred bytes. */
const LONGEST_ROW = 64 * 1024
/** Two levels are those of the list itself. */
const BOUNDS: JsonBounds = { ...JSON_BOUNDS, depth: JSON_BOUNDS.depth - 2 }

const around = z.strictObject({ members: z.array(z.unknown()) })
const row = membersBody.shape.members.element
const MAY_BE_NULL: ReadonlySet<string> = new Set(['email', 'firstName', 'lastName'])

/**
 * A list as JSON, read row by row while it comes in. A field too many or of a wrong type refuses the list as a whole, with up
 * to a hundred faults; what a row says is judged row by row. Undefined: nothing was sent. Throws request_invalid.
 */
export async function readJsonList(body: AsyncIterable<Buffer>, mostRows: number): Promise<ReadList | undefined> {
  const collector = createRowCollector()
  const faults: Fault[] = []
  let rows = 0
  const shape = createShapeCheck(BOUNDS)
  const splitter = createListSplitter({
    name: 'members',
    longest: LONGEST_ROW,
    refuse: (detail) => requestInvalid([{ pointer: '', code: 'too_big', detail }]),
    onItem(item) {
      rows++
      if (rows > mostRows) throw listTooLong(mostRows)
      const value = parseRow(shape, item, rows)
      const parsed = isRow(value) ? { success: true as const, data: value } : readShape(row, value)
      if (parsed.success) {
        const { id, email, firstName, lastName } = parsed.data
        const names = [firstName, lastName].flatMap((name) => name ?? [])
        collector.take(rows, { id, email, firstName, lastName }, names)
        return
      }
      faults.push(...faultsOf(parsed.error, `/members/${rows - 1}`))
      if (faults.length >= FAULTS_TOLD) throw requestInvalid(faults)
    },
  })
  let isFirst = true
  for await (const piece of body) {
    splitter.feed(isFirst ? withoutMark(piece) : piece)
    isFirst = false
  }
  const text = readUtf8(splitter.finish())
  const sent = parseJson(text)
  if (sent === undefined) return undefined
  refuseDuplicateKeys(text, checkJsonShape(Buffer.from(text), JSON_BOUNDS), sent)
  const parsed = readShape(around, sent)
  if (!parsed.success) faults.push(...faultsOf(parsed.error))
  // Written in another way than everybody does, such as "m\u0065mbers".
  else if (parsed.data.members.length !== Math.min(rows, 1)) {
    faults.push({ pointer: '/members', code: 'invalid_value', detail: 'Write the name of this field plainly.' })
  }
  if (faults.length > 0) throw requestInvalid(faults)
  return collector.finish()
}

/** As `row` says, of what JSON.parse made: looked at plainly, a list costs a third less. What is wrong with one, `row` says. @internal */
export function isRow(value: unknown): value is z.output<typeof row> {
  if (!isObject(value)) return false
  for (const name in value) {
    const isText = typeof value[name] === 'string'
    if (name === 'id' ? !isText : !MAY_BE_NULL.has(name) || !(isText || value[name] === null)) return false
  }
  return true
}

/** The row's number stands for its place: of a body that comes in pieces no line is known. */
function parseRow(shape: ShapeCheck, item: Buffer, number: number): unknown {
  shape.restart()
  shape.look(item)
  const members = shape.members()
  const text = readUtf8(item)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw requestInvalid([], `The body is not JSON: row ${number} is none.`)
  }
  refuseDuplicateKeys(text, members, value, `/members/${number - 1}`)
  return value
}

function readUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw requestInvalid([], 'The body is not UTF-8.')
  return bytes.toString('utf8')
}

function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}
