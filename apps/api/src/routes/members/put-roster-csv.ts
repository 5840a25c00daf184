import { CsvError, parse } from 'csv-parse'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { listTooLong } from './list-gate.ts'
import { readColumns, readDelimiter, type Columns } from './put-roster-columns.ts'
import { createRowCollector, type ReadList, type SentRow } from './put-roster-rows.ts'

/** Characters looked at to find out the separator, and rows to find out the columns. */
const HEAD_LENGTH = 4_096
const HEAD_ROWS = 20
/** A row is a few hundred characters; a quote that never closes must not swallow the file into memory. */
const LONGEST_ROW = 64 * 1024

/**
 * A list as CSV, read piece by piece: any usual separator, any line end, header or none. Rows are counted as a spreadsheet
 * counts them, the header among them, from 1. Throws request_invalid for a header that means nothing, list_too_long.
 */
export async function readCsv(text: AsyncIterable<string>, mostRows: number): Promise<ReadList> {
  const table = createTable(mostRows)
  const pieces = gatherHead(text)
  const first = await pieces.next()
  if (first.done) return table.finish(true)
  let last = first.value
  const parser = parse({
    delimiter: readDelimiter(first.value),
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LONGEST_ROW,
    // Told at once, so that no row before a broken one is lost with it.
    on_record: (cells: string[]) => {
      table.add(cells)
    },
  })
  async function* rest() {
    yield last
    for await (const piece of pieces) {
      if (piece !== '') last = piece
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
function createTable(mostRows: number) {
  const collector = createRowCollector()
  const waiting: string[][] = []
  let columns: Columns | undefined
  let number = 0
  let rows = 0
  let width = 0

  const take = (cells: string[], isCut: boolean) => {
    number++
    // Some tools write a blank line behind each row; millions of them are no list.
    if (number > 2 * mostRows + HEAD_ROWS) throw listTooLong(mostRows)
    if (isBlank(cells)) return
    columns ??= readColumns([cells, ...waiting].filter((row) => !isBlank(row)))
    const isHeader = columns.hasHeader && width === 0
    const { fields, hasIds } = columns
    if (!isHeader) {
      rows++
      if (rows > mostRows) throw listTooLong(mostRows)
      const sent = toSentRow(fields, hasIds, cells)
      // Half a row must change nobody.
      if (isCut && cells.length < width) collector.reject(number, 'row_invalid', 'The file ends inside this row.', sent)
      else if (!isBlank(cells.slice(fields.length))) {
        collector.reject(number, 'row_invalid', 'The row has more columns than the list.', sent)
      } else if (cells.some(hasStrayQuote)) {
        collector.reject(number, 'row_invalid', 'The quotes of this row do not fit together.', sent)
      } else collector.take(number, sent)
    }
    width = cells.length
  }
  return {
    add(cells: string[]) {
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

function toSentRow(fields: Columns['fields'], hasIds: boolean, cells: string[]): SentRow {
  const cellOf = (field: Columns['fields'][number]) => clean(cells[fields.indexOf(field)] ?? '')
  return {
    id: hasIds ? clean(cells[fields.indexOf('id')] ?? '') : undefined,
    email: cellOf('email') || null,
    firstName: cellOf('firstName') || null,
    lastName: cellOf('lastName') || null,
  }
}

/** Spaces around a cell mean nothing, those around its quotes neither. */
function clean(cell: string): string {
  const trimmed = cell.trim()
  const quoted = trimmed === cell ? null : /^"((?:[^"]|"")*)"$/.exec(trimmed)
  return quoted?.[1] === undefined ? trimmed : quoted[1].replaceAll('""', '"').trim()
}

/** Opens with a quote that does not close where the cell ends: the parser has guessed, and may have joined cells. */
function hasStrayQuote(cell: string): boolean {
  const trimmed = cell.trim()
  return trimmed.startsWith('"') && (trimmed.length === 1 || !trimmed.endsWith('"'))
}

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '')
