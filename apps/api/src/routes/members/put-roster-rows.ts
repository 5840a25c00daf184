import {
  emailKey,
  isPlausibleEmail,
  LONGEST_WRITTEN,
  readWrittenEmail,
  type WrittenEmail,
} from '@flightroster/core/domain'
import { ERROR_RULES, type ErrorCode } from '@flightroster/core/errors'
import type { RejectedRows, SnapshotPlan, SnapshotRow } from '@flightroster/core/usecases/reconcile'
import { isMemberId } from '../../schemas/ids.ts'
import { toName } from '../events/parse-event.ts'

/** A row as it was sent, before anything is judged. Of a field that the list does not have, nothing is said: undefined. */
export interface SentRow {
  /** undefined: the list has none, and the person is looked for by the address. */
  id: string | undefined
  email: string | null | undefined
  firstName: string | null | undefined
  lastName: string | null | undefined
  /** No header says that the first column holds ids. */
  idIsGuessed?: boolean
}

export interface RejectedRow {
  row: number
  code: ErrorCode
  detail: string
}

/** Rows that were kept out, as a caller is told of them. */
export interface RejectedList {
  /** The first ones. */
  told: RejectedRow[]
  total: number
}

export interface ReadList {
  rows: SnapshotRow[]
  rejected: RejectedList
  /** What is known of those whom the rejected rows may mean. */
  doubt: RejectedRows
}

/** Rows that were kept out and are told, some 100 bytes each. A list of millions of others is read as long: no more of them are in memory. */
const REJECTED_TOLD = 1_000
const LONGEST_NAME = 256
/** Characters of one bad row that are looked through for addresses. Whom the rest may mean is not known, so nobody is removed then. */
const LOOKED_THROUGH = 16_000
/** Addresses that rejected rows may mean: more than a list has rows. What names more of them is unclear, too. @internal */
export const MOST_DOUBTED = 150_000
/** So many addresses under one id are no mistake of one row: the column of ids can't be trusted. */
const SPOILT_FROM = 3

/** Takes rows one by one and keeps the bad ones out, each named by its number. */
export interface RowCollector {
  take(row: number, sent: SentRow, cells?: readonly string[]): void
  /** A row that is no row; what can be made out of it protects whom it may mean. `cells`: all that stands in it. */
  reject(row: number, code: ErrorCode, detail: string, sent: Partial<SentRow>, cells?: readonly string[]): void
  /** Nothing that follows could be told apart. */
  damage(row: number, detail: string): void
  finish(): ReadList
}

export function createRowCollector(): RowCollector {
  const rows = new Map<string, SnapshotRow>()
  /** In the order of the list. */
  const told: RejectedRow[] = []
  let total = 0
  const ids = new Set<string>()
  const addresses = new Set<string>()
  /** Addresses of ids that stand in more than one row. */
  const repeated = new Map<string, Set<string>>()
  /** The first rows of ids with too many addresses. */
  const spoilt = new Map<string, SnapshotRow>()
  let count = 0
  let unclear = false

  /** Says whether it is known who is meant: an address that is broken itself may be anybody's. */
  const protect = (id: string | undefined, emails: readonly string[]) => {
    if (id !== undefined && isMemberId(id)) ids.add(id)
    for (const key of emails) {
      if (addresses.size < MOST_DOUBTED) addresses.add(key)
      else unclear ||= !addresses.has(key)
    }
    return (id !== undefined && isMemberId(id)) || emails.some(isPlausibleEmail)
  }
  const tell = (one: RejectedRow) => {
    total++
    if (told.length < REJECTED_TOLD) told.push(one)
  }
  const protectRejected = (sent: Partial<SentRow>, cells: readonly string[] = [], written?: WrittenEmail) => {
    count++
    const texts = cells.length === 0 ? [sent.email] : new Set([sent.email, ...cells])
    const found: string[] = []
    let looked = 0
    for (const text of texts) {
      if (!text) continue
      looked += Math.min(text.length, LONGEST_WRITTEN)
      if (looked > LOOKED_THROUGH) break
      found.push(...(written && text === sent.email ? written : readWrittenEmail(text)).mayBe)
    }
    // The address may have slipped into another column.
    const names = protect(sent.id || undefined, found)
    if (sent.id === undefined && sent.email) protect(emailKey(sent.email), [])
    if (!names || looked > LOOKED_THROUGH) unclear = true
  }
  const reject: RowCollector['reject'] = (row, code, detail, sent, cells) => {
    tell({ row, code, detail })
    protectRejected(sent, cells)
  }
  const repeat = (row: number, first: SnapshotRow, mayBe: readonly string[]) => {
    const firstKeys = [first.email, first.asWritten].flatMap((email) => (email ? [emailKey(email)] : []))
    tell({ row, code: 'row_duplicate', detail: 'An earlier row names the same member; that one counts.' })
    const others = mayBe.filter((key) => !firstKeys.includes(key))
    if (first.id === undefined || others.length === 0) return
    count++
    protect(undefined, others)
    const all = repeated.get(first.id) ?? new Set(firstKeys.slice(0, 1))
    for (const key of others.slice(0, 1)) all.add(key)
    repeated.set(first.id, all)
    if (all.size < SPOILT_FROM || spoilt.has(first.id)) return
    spoilt.set(first.id, first)
    unclear = true
    protectRejected(first)
  }
  return {
    take(row, sent, cells) {
      const written = typeof sent.email === 'string' ? readWrittenEmail(sent.email) : undefined
      const fault = findFault(sent, written?.email)
      if (fault) {
        tell({ row, ...fault })
        return protectRejected(sent, cells, written)
      }
      const email = written ? written.email : sent.email
      const key = sent.id ?? emailKey(email ?? '')
      const first = rows.get(key)
      if (first) return repeat(row, first, written?.mayBe ?? [])
      rows.set(key, {
        row,
        id: sent.id,
        email,
        asWritten: written?.asWritten ?? null,
        ...(sent.idIsGuessed ? { idIsGuessed: true } : {}),
        firstName: toName(sent.firstName),
        lastName: toName(sent.lastName),
      })
    },
    reject,
    damage(row, detail) {
      unclear = true
      tell({ row, code: 'row_invalid', detail })
    },
    finish() {
      const more = [...spoilt].map(([id, { row }]): RejectedRow => {
        rows.delete(id)
        const detail = `${repeated.get(id)?.size} rows have this id and different addresses.`
        return { row, code: 'row_invalid', detail }
      })
      const rejected = addRejected({ told, total }, more)
      const disputed = new Set(repeated.keys())
      return { rows: [...rows.values()], rejected, doubt: { count, ids, addresses, disputed, unclear } }
    },
  }
}

const WHY: Record<SnapshotPlan['keptOut'][number]['why'], string> = {
  spoilt:
    'A spreadsheet has changed this id: nobody can tell whose it was. Read the column as text and save the list again.',
  disputed:
    'Several rows have this id and different addresses: nobody can tell which is right. Correct the list and send it again.',
  resembles: "The id is almost a member's, as a spreadsheet changes ids, and the address is another; nobody was added.",
  address_resembles:
    "The address is almost a member's, and has the look of a slip. Nothing was changed; send it alone where it is meant.",
  unsplit: 'The row is one cell that holds several things: its separator is another than that of the list.',
}

/** The rows that were kept out, with those that could be judged only beside the roster. */
export function tellRejected({ rejected }: ReadList, { keptOut }: SnapshotPlan): RejectedList {
  return addRejected(
    rejected,
    keptOut.map(({ row, why }) => ({ row, code: 'row_invalid', detail: WHY[why] })),
  )
}

function addRejected({ told, total }: RejectedList, more: readonly RejectedRow[]): RejectedList {
  if (more.length === 0) return { told, total }
  const all = [...told, ...more].sort((a, b) => a.row - b.row)
  return { told: all.slice(0, REJECTED_TOLD), total: total + more.length }
}

/** Details never repeat a value: it may be an address. */
function findFault(sent: SentRow, email: string | null | undefined): { code: ErrorCode; detail: string } | undefined {
  if (sent.id === undefined && (sent.email === null || sent.email === undefined)) {
    return { code: 'address_missing', detail: 'Without an id, the address is needed: it tells who is meant.' }
  }
  if (typeof sent.email === 'string' && email === null) {
    return { code: 'address_invalid', detail: ERROR_RULES.address_invalid.title }
  }
  const id = sent.id ?? emailKey(email ?? '')
  if (!isMemberId(id)) {
    return { code: 'member_id_invalid', detail: 'The id must have 1 to 256 UTF-8 bytes without control characters.' }
  }
  if ((sent.firstName?.length ?? 0) > LONGEST_NAME || (sent.lastName?.length ?? 0) > LONGEST_NAME) {
    return { code: 'row_invalid', detail: `A name is longer than ${LONGEST_NAME} characters.` }
  }
  return undefined
}
