import { parseEmail } from '@flightroster/core/domain'
import { requestInvalid } from '../../plugins/to-problem.ts'

export type Field = 'id' | 'email' | 'firstName' | 'lastName' | 'ignored'

/** What stands in each column. Without an id column the lower-cased address is the id. */
export interface Columns {
  fields: readonly Field[]
  hasHeader: boolean
  hasIds: boolean
}

const NAMES: Readonly<Record<string, Field | undefined>> = Object.assign(Object.create(null), {
  id: 'id',
  memberid: 'id',
  email: 'email',
  emailaddress: 'email',
  firstname: 'firstName',
  first: 'firstName',
  lastname: 'lastName',
  last: 'lastName',
  // What other tools write beside, and nobody means as a setting of the member.
  group: 'ignored',
  groups: 'ignored',
  devices: 'ignored',
  installedversion: 'ignored',
  installversion: 'ignored',
  installdate: 'ignored',
})

const OWN: readonly Field[] = ['id', 'email', 'firstName', 'lastName']
const OTHERS: readonly Field[] = ['firstName', 'lastName', 'email', 'ignored']

/** What the first rows of a file say of its columns. Throws request_invalid for a header with a name that means nothing. */
export function readColumns(rows: readonly (readonly string[])[]): Columns {
  const [first = []] = rows
  const names = first.map((cell) => cell.toLowerCase().replaceAll(/[\s_.-]/g, ''))
  const known = names.map((name) => NAMES[name])
  const isHeader = known.some((field) => field === 'id' || field === 'email') && !first.some(isAddress)
  if (!isHeader) return guessColumns(rows)
  const fields = names.map((name, at): Field => {
    const field = known[at]
    if (field !== undefined) return field
    if (name === '') return 'ignored'
    throw headerFault(at, `There is no such column: "${(first[at] ?? '').slice(0, 40)}".`)
  })
  fields.forEach((field, at) => {
    if (field !== 'ignored' && fields.indexOf(field) < at) throw headerFault(at, 'This column stands twice.')
  })
  return { fields, hasHeader: true, hasIds: fields.includes('id') }
}

/** No header: where the addresses stand tells the two forms apart. */
function guessColumns(rows: readonly (readonly string[])[]): Columns {
  const others = rows.filter((cells) => isAddress(cells[2]) && !isAddress(cells[1])).length
  const own = rows.filter((cells) => isAddress(cells[1])).length
  const isOwn = others <= own
  return { fields: isOwn ? OWN : OTHERS, hasHeader: false, hasIds: isOwn }
}

function isAddress(cell: string | undefined): boolean {
  return cell !== undefined && parseEmail(cell) !== null
}

function headerFault(at: number, detail: string) {
  return requestInvalid([{ pointer: `/1/${at + 1}`, code: 'unknown_field', detail }])
}

/** Which of the usual separators a text uses: the one that stands most often in its first line, quoted parts aside. */
export function readDelimiter(head: string): string {
  const bare = head.replaceAll(/"(?:[^"]|"")*"?/g, '')
  const line = bare.split(/\r\n?|\n/).find((candidate) => candidate.trim() !== '') ?? ''
  const counted = [',', ';', '\t'].map((mark) => ({ mark, count: line.split(mark).length }))
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).mark
}
