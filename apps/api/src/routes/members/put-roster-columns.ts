import { emailKey, readWrittenEmail } from '@flightroster/core/domain'
import { FAULTS_TOLD, requestInvalid, type Fault } from '../../plugins/to-problem.ts'

const FIELDS = ['id', 'email', 'firstName', 'lastName'] as const
export type ListField = (typeof FIELDS)[number]
type Column = ListField | 'ignored'

export const isListField = (text: string): text is ListField => FIELDS.some((field) => field === text)

/** What stands in each column. */
export interface Columns {
  fields: readonly Column[]
  hasHeader: boolean
  /** Rows above the header, such as a title. */
  before: number
  /** No header says what is what. */
  isGuessed: boolean
}

/** Which field is in which column: a name of the header, or `#3` for the third column of a list without one. */
export type ColumnMap = ReadonlyMap<ListField, string>

const NAMES: Readonly<Record<string, Column | undefined>> = Object.assign(Object.create(null), {
  id: 'id',
  memberid: 'id',
  email: 'email',
  emailaddress: 'email',
  firstname: 'firstName',
  first: 'firstName',
  lastname: 'lastName',
  last: 'lastName',
  // Of our own export.
  status: 'ignored',
  device: 'ignored',
  osversion: 'ignored',
  build: 'ignored',
  sessions: 'ignored',
  // What App Store Connect and other tools write beside, and nobody means as a setting of the member.
  group: 'ignored',
  groups: 'ignored',
  devices: 'ignored',
  installedversion: 'ignored',
  installversion: 'ignored',
  installdate: 'ignored',
  installed: 'ignored',
  state: 'ignored',
  version: 'ignored',
  os: 'ignored',
  crashes: 'ignored',
  feedback: 'ignored',
  invitetype: 'ignored',
  invited: 'ignored',
  dateadded: 'ignored',
  dateinvited: 'ignored',
  lastsession: 'ignored',
})

/** What other systems call the same: proposed, never assumed. */
const PROPOSALS: Readonly<Record<ListField, RegExp>> = {
  id: /^(?:record|member|user|customer|contact|person|account|subscriber|client|external|unique|mitglieds?|kunden|benutzer)?(?:id|uid|uuid|guid|no|nr|number|nummer|identifier|kennung)$|^identifiant$|^identificador$/,
  email:
    /^(?:primary|work|contact|customer|apple|user|preferred)?(?:id)?e?mail(?:1|value|adresse|addresses|id)?$|^(?:e?mail)?adresse(?:mail|electronique)?$|^(?:appleid|appleaccount|courriel|correo|correoelectronico|epost|adresemail)$/,
  firstName:
    /^(?:first|given|fore|christian|preferred|customerfirst|contactfirst)(?:name)?$|^(?:vorname|rufname|prenom|nombre|nome|fornavn|fornamn|voornaam|imie)$/,
  lastName:
    /^(?:last|sur|family|second)(?:name)?$|^(?:nachname|familienname|zuname|nomdefamille|nom|apellidos?|cognome|sobrenome|etternavn|efternamn|efternavn|achternaam|nazwisko)$/,
}

const OWN: readonly Column[] = FIELDS
const OTHERS: readonly Column[] = ['firstName', 'lastName', 'email', 'ignored']
const ADDRESS_FIRST: readonly Column[] = ['email', 'firstName', 'lastName']

const foldName = (name: string) =>
  name
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replaceAll(/[\s_.\-*:#/()'"]/g, '')

/** Which field a column may hold by its name, as far as that can be told. */
export function proposeField(name: string): ListField | undefined {
  const known = NAMES[foldName(name)]
  if (known !== undefined) return known === 'ignored' ? undefined : known
  return FIELDS.find((field) => PROPOSALS[field].test(foldName(name)))
}

/** `id:Record ID,email:E-mail`: a name may hold commas and colons. Throws request_invalid. */
export function parseColumnMap(text: string): ColumnMap {
  const map = new Map<ListField, string>()
  const faults: string[] = []
  for (const part of text.split(/,(?=\s*(?:id|email|firstName|lastName)\s*:)/)) {
    const at = part.indexOf(':')
    const field = FIELDS.find((known) => known === part.slice(0, at).trim())
    const name = part.slice(at + 1).trim()
    if (at < 0 || field === undefined) faults.push(`"${shorten(part)}" names none of the fields ${FIELDS.join(', ')}.`)
    else if (name === '') faults.push(`No column is named for ${field}.`)
    else if (map.has(field)) faults.push(`Two columns are named for ${field}.`)
    else map.set(field, name)
  }
  if (faults.length === 0 && !map.has('id') && !map.has('email')) faults.push('Name the column of the id or the email.')
  if (faults.length > 0) throw columnsFault(faults)
  return map
}

export function formatColumnMap(map: ColumnMap): string {
  return [...map].map(([field, name]) => `${field}:${name}`).join(',')
}

/** What the first rows of a file say of its columns. Throws request_invalid for a header that can't be read. */
export function readColumns(rows: readonly (readonly string[])[], map: ColumnMap | undefined): Columns {
  const before = countTitles(rows, map)
  return { ...readFrom(rows.slice(before), map), before }
}

/** Lines above a header. */
const MOST_TITLES = 5

/** Rows above one that is plainly the header. */
function countTitles(rows: readonly (readonly string[])[], map: ColumnMap | undefined): number {
  const isHeader = (row: readonly string[]) => {
    if (map) return [...map.values()].every((name) => findColumn(row, name) >= 0)
    const names = row.filter((cell) => cell.trim() !== '').map((cell) => NAMES[foldName(cell)])
    return names.length > 1 && !names.includes(undefined) && (names.includes('id') || names.includes('email'))
  }
  const at = rows.slice(0, MOST_TITLES + 1).findIndex(isHeader)
  return at > 0 && !rows.slice(0, at).some((row) => addressesIn(row).some(isThere)) ? at : 0
}

function readFrom(rows: readonly (readonly string[])[], map: ColumnMap | undefined): Omit<Columns, 'before'> {
  const [first = []] = rows
  if (map) return applyMap(first, map)
  const known = first.map((cell) => NAMES[foldName(cell)])
  const hasKeys = known.some((field) => field === 'id' || field === 'email')
  // Without any address nothing says that the first row is no header: `Nr,Plan` must not be read as a list of ids, and put out all.
  const addresses = rows.map(addressesIn)
  const isRow = addresses[0]?.some(isThere) || !(hasKeys || looksLikeHeader(first, addresses.slice(1)))
  if (isRow && addresses.some((row) => row.some(isThere))) return guessColumns(addresses)
  const fields = known.map((field): Column => field ?? 'ignored')
  const faults = first.flatMap((cell, at): Fault[] => {
    const place = { pointer: `/1/${at + 1}`, code: 'unknown_field' }
    const name = `"${shorten(cell)}"`
    if (known[at] === undefined && cell.trim() !== '') {
      return [{ ...place, detail: `The column ${name} is not understood.` }]
    }
    const field = fields[at] ?? 'ignored'
    const isTwice = field !== 'ignored' && fields.indexOf(field) < at
    return isTwice ? [{ ...place, detail: `Duplicate column ${name}.` }] : []
  })
  if (faults.length === 0 && hasKeys) return { fields, hasHeader: true, isGuessed: false }
  throw requestInvalid(
    faults,
    [
      ...faults.slice(0, FAULTS_TOLD).map(({ detail }) => detail),
      `Expected are ${FIELDS.join(', ')} (at least id or email), or First Name, Last Name, Email.`,
      'Name other columns with ?columns=, as in ?columns=id:Record ID,email:E-mail.',
    ].join(' '),
  )
}

/** A map names the header's columns; what it does not name is ignored. */
function applyMap(header: readonly string[], map: ColumnMap): Omit<Columns, 'before'> {
  const fields: Column[] = header.map(() => 'ignored')
  const faults: string[] = []
  let hasHeader = true
  for (const [field, name] of map) {
    const position = /^#(\d{1,3})$/.exec(name)?.[1]
    const at = findColumn(header, name)
    if (at >= 0) fields[at] = field
    else if (position !== undefined && Number(position) >= 1) {
      hasHeader = false
      fields[Number(position) - 1] = field
    } else faults.push(`There is no column "${shorten(name)}".`)
  }
  if (faults.length > 0) {
    const names = header
      .filter((cell) => cell.trim() !== '' && addressIn(cell) === null)
      .map((cell) => `"${shorten(cell)}"`)
    throw columnsFault([...faults, names.length > 0 ? `The list has ${names.join(', ')}.` : 'The list has no header.'])
  }
  return { fields: Array.from(fields, (field) => field ?? 'ignored'), hasHeader, isGuessed: false }
}

function findColumn(header: readonly string[], name: string): number {
  const exact = header.findIndex((cell) => cell.trim() === name)
  return exact >= 0 ? exact : header.findIndex((cell) => foldName(cell) !== '' && foldName(cell) === foldName(name))
}

/** Words where the rows below have addresses: a header of names that mean nothing here. */
function looksLikeHeader(first: readonly string[], addresses: readonly (readonly Address[])[]): boolean {
  const words = first.filter((cell) => cell.trim() !== '')
  const proposed = words.filter((cell) => proposeField(cell) !== undefined)
  if (proposed.length > 0 && proposed.length * 2 >= words.length) return true
  return first.some((cell, at) => isWords(cell) && addresses.some((row) => isThere(row[at])))
}

const isWords = (cell: string) => /\p{L}/u.test(cell) && !/[\d@]/.test(cell)

/** No header: where the addresses stand tells the forms apart. */
function guessColumns(addresses: readonly (readonly Address[])[]): Omit<Columns, 'before'> {
  // People in one line, and no person with an id.
  if (addresses.some((row) => new Set(row.filter(isThere)).size > 1)) {
    throw requestInvalid(
      [],
      'A row holds several addresses. Write one person a line; where an id is an address, too, begin with the line id,email.',
    )
  }
  const countOf = (at: number) => addresses.filter((row) => isThere(row[at])).length
  const [first, second, third] = [countOf(0), countOf(1), countOf(2)]
  if (third > second) return { fields: OTHERS, hasHeader: false, isGuessed: true }
  // Nothing but addresses, or addresses before names; an id that is one has the address beside it.
  return { fields: first > 0 && second === 0 ? ADDRESS_FIRST : OWN, hasHeader: false, isGuessed: true }
}

/** The one that is meant by a cell, lower-cased; null: none, or not plainly one. */
type Address = string | null

/** A list without a header has a few columns, and a cell with an address in it little else. */
const LOOKED_AT = { cells: 12, letters: 320 }

const addressesIn = (row: readonly string[]): Address[] => row.slice(0, LOOKED_AT.cells).map(addressIn)

function addressIn(cell: string): Address {
  if (cell.length > LOOKED_AT.letters || !cell.includes('@')) return null
  const { email } = readWrittenEmail(cell)
  return email === null ? null : emailKey(email)
}

const isThere = (address: Address | undefined) => address !== null && address !== undefined

function columnsFault(faults: readonly string[]) {
  return requestInvalid(faults.map((detail) => ({ pointer: '/query/columns', code: 'invalid_value', detail })))
}

const shorten = (text: string) => text.trim().slice(0, 40)

/** Excel's own way to say which separator a file has: a first line of nothing else. */
export const SEPARATOR_LINE = /^\ufeff?"?sep=([,;\t|])"?[,;\t|]*(?:\r\n?|\n|$)/i

/** Which of the usual separators a text uses: the one that stands most often in its first line, quoted parts aside. */
export function readDelimiter(head: string): string {
  const named = SEPARATOR_LINE.exec(head)?.[1]
  if (named !== undefined) return named
  const bare = head.replaceAll(/"(?:[^"]|"")*"?/g, '')
  const line = bare.split(/\r\n?|\n/).find((candidate) => candidate.trim() !== '') ?? ''
  const counted = [',', ';', '\t', '|'].map((mark) => ({ mark, count: line.split(mark).length }))
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).mark
}
