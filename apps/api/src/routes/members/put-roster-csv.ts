import { CsvError, parse, Parser } from 'csv-parse'
import { parse as parseAtOnce } from 'csv-parse/sync'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fromCell } from './csv.ts'
import { listTooLong } from './list-gate.ts'
import {
  readColumns,
  readDelimiter,
  SEPARATOR_LINE,
  type ColumnMap,
  type Columns,
  type ListField,
} from './put-roster-columns.ts'
import { assertIsText } from './put-roster-charset.ts'
import { createRowCollector, type ReadList, type SentRow } from './put-roster-rows.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'

/** Characters looked at to find out the separator, and rows to find out the columns. */
const HEAD_LENGTH = 4_096
const HEAD_ROWS = 20
/** More than any table of people has. */
const MOST_COLUMNS = 1_000
/** A row is a few hundred characters; a quote that never closes must not swallow the file into memory. */
const LONGEST_ROW = 64 * 1024

/**
 * A list as CSV, read piece by piece: any usual separator, any line end, header or none. Rows are counted as a spreadsheet
 * counts them, the header among them, from 1. Throws request_invalid for a header that can't be read, list_too_long.
 */
export async function readCsv(text: AsyncIterable<string>, mostRows: number, map?: ColumnMap): Promise<ReadList> {
  const table = createTable(mostRows, map)
  const pieces = gatherHead(text)
  const first = await pieces.next()
  if (first.done) return table.finish(true)
  assertIsText(first.value)
  // The line that names the separator is row 1 and holds nobody.
  const separator = SEPARATOR_LINE.exec(first.value)
  if (separator) table.skip()
  const start = separator ? first.value.slice(separator[0].length) : first.value
  let last = start
  const parser = parse({
    delimiter: readDelimiter(first.value),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_ROW,
  })
  takeRows(parser, (cells) => table.add(cells))
  const assertLine = createLineCheck()
  async function* rest() {
    assertLine(start)
    yield start
    for await (const piece of pieces) {
      if (piece !== '') last = piece
      assertLine(piece)
      yield piece
    }
  }
  try {
    parser.resume()
    await pipeline(Readable.from(rest()), parser)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return table.finish(true, 'A quote opens here and does not close, so nothing from this row on could be read.')
  }
  return table.finish(/[\r\n]$/.test(last))
}

/**
 * Each row as soon as it is read, so that none before a broken one is lost with it. Asked for its rows in any other way, the parser would
 * describe each of them, which nobody reads and costs a fifth of all.
 */
function takeRows(parser: Parser, take: (cells: string[]) => void): void {
  const counted: { records: number } = parser.info
  const end = () => Parser.prototype.push.call(parser, null)
  parser.push = (cells: string[] | null) => {
    if (cells === null) return end()
    // Or each row of another length than the first would be made an error, with a copy of it, which nobody looks at.
    counted.records = 0
    if (parser.destroyed) return false
    try {
      take(cells)
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error('A row could not be taken.', { cause: error }))
    }
    return true
  }
}

/** The parser counts what stands in cells: a line of millions of empty ones is none too long for it. Throws request_invalid. */
function createLineCheck(): (piece: string) => void {
  let length = 0
  return (piece) => {
    const end = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r'))
    const first = end < 0 ? piece.length : piece.search(/[\r\n]/)
    if (length + first > LONGEST_ROW) throw requestInvalid([], `A line has more than ${LONGEST_ROW} characters.`)
    length = end < 0 ? length + piece.length : piece.length - end - 1
  }
}

/** The first rows as they stand, for a person to say what is what in them. */
export async function previewCsv(text: AsyncIterable<string>, count: number): Promise<string[][]> {
  const first = await gatherHead(text).next()
  if (first.done) return []
  const separator = SEPARATOR_LINE.exec(first.value)?.[0] ?? ''
  try {
    const rows: string[][] = parseAtOnce(first.value.slice(separator.length), {
      delimiter: readDelimiter(first.value),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: count,
    })
    return rows.filter((row) => !isBlank(row)).map((row) => row.map(clean))
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return []
  }
}

/** The first piece is long enough to find out the separator. */
async function* gatherHead(text: AsyncIterable<string>): AsyncGenerator<string, void> {
  let head: string | null = ''
  for await (const piece of text) {
    if (head === null) {
      yield piece
      continue
    }
    head += piece
    if (head.length < HEAD_LENGTH) continue
    yield head
    head = null
  }
  if (head) yield head
}

/** Rows as they come; the first ones wait until they tell the columns, the last one until it is known to be the last. */
function createTable(mostRows: number, map: ColumnMap | undefined) {
  const collector = createRowCollector()
  const waiting: string[][] = []
  let columns: Columns | undefined
  let number = 0
  let filled = 0
  let rows = 0
  let width = 0

  const take = (cells: string[], isCut: boolean) => {
    number++
    // Some tools write a blank line behind each row; millions of them are not a list.
    if (number > 2 * mostRows + HEAD_ROWS) throw listTooLong(mostRows)
    if (isBlank(cells)) return
    columns ??= readColumns(
      [cells, ...waiting].filter((row) => !isBlank(row)),
      map,
    )
    const { fields } = columns
    filled++
    // A title above the header is nobody's row, and so is the header.
    if (filled > columns.before + (columns.hasHeader ? 1 : 0)) {
      rows++
      if (rows > mostRows) throw listTooLong(mostRows)
      const sent = toSentRow(columns, cells)
      const fault = faultOf(cells, fields.length)
      if (isCut && cells.length < width) {
        // Half a row must change nobody, and nobody knows which rows would have followed.
        collector.damage(number, 'The file ends inside this row; who would have followed is not known.')
      } else if (fault !== undefined) collector.reject(number, 'row_invalid', fault, sent, cells)
      else collector.take(number, sent, cells)
    }
    width = cells.length
  }
  return {
    /** A line that is no row of the list, and counts as one. */
    skip() {
      number++
    },
    add(cells: string[]) {
      if (cells.length > MOST_COLUMNS) throw requestInvalid([], `A row has more than ${MOST_COLUMNS} columns.`)
      waiting.push(cells)
      if (waiting.length <= (columns ? 1 : HEAD_ROWS)) return
      const row = waiting.shift()
      if (row) take(row, false)
    },
    /** `endsInLine`: a line end is the last thing there is. */
    finish(endsInLine: boolean, damage?: string): ReadList {
      for (let row = waiting.shift(); row; row = waiting.shift()) take(row, !endsInLine && waiting.length === 0)
      if (damage !== undefined) collector.damage(number + 1, damage)
      return collector.finish()
    },
  }
}

/** A cell that is empty clears what is known; one that the row or the list does not have keeps it. */
function toSentRow({ fields, isGuessed }: Columns, cells: string[]): SentRow {
  const cellOf = (field: ListField) => {
    const cell = cells[fields.indexOf(field)]
    return cell === undefined ? undefined : clean(cell)
  }
  const hasIds = fields.includes('id')
  // A gap in a list that knows nobody's id clears no name.
  const nameOf = (field: ListField) => cellOf(field) || (hasIds && cellOf(field) !== undefined ? null : undefined)
  const email = cellOf('email')
  return {
    id: hasIds ? (cellOf('id') ?? '') : undefined,
    email: email === '' ? null : email,
    firstName: nameOf('firstName'),
    lastName: nameOf('lastName'),
    ...(isGuessed && hasIds ? { idIsGuessed: true } : {}),
  }
}

function faultOf(cells: string[], width: number): string | undefined {
  if (!isBlank(cells.slice(width))) return 'The row has more columns than the list.'
  return cells.some(hasStrayQuote) ? 'The quotes of this row do not fit together.' : undefined
}

/** Spaces around a cell mean nothing, those around its quotes neither; nor does what makes it harmless for a spreadsheet. */
function clean(cell: string): string {
  const trimmed = cell.trim()
  const quoted = trimmed === cell ? null : /^"((?:[^"]|"")*)"$/.exec(trimmed)
  return fromCell(quoted?.[1] === undefined ? trimmed : quoted[1].replaceAll('""', '"').trim())
}

/**
 * Opens with a quote that does not close where the cell ends: the parser has guessed, and may have joined cells. The quoted
 * name before an address is none of these.
 */
function hasStrayQuote(cell: string): boolean {
  const trimmed = cell.trim()
  if (!trimmed.startsWith('"') || /^"[^"]*"\s*<[^<>"]+>$/.test(trimmed)) return false
  return trimmed.length === 1 || !trimmed.endsWith('"')
}

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '')
