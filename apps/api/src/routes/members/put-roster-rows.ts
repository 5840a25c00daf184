import { emailKey, parseEmail } from '@flightroster/core/domain'
import type { ErrorCode } from '@flightroster/core/errors'
import type { RejectedRows, SnapshotRow } from '@flightroster/core/usecases/reconcile'
import { isMemberId } from '../../schemas/member-id.ts'
import { toName } from '../events/parse-event.ts'

/** A row as it was sent, before anything is judged. */
export interface SentRow {
  /** undefined: the list has none, and the lower-cased address is the id. */
  id: string | undefined
  email: string | null
  firstName: string | null
  lastName: string | null
}

export interface RejectedRow {
  row: number
  code: ErrorCode
  detail: string
}

export interface ReadList {
  rows: SnapshotRow[]
  rejected: RejectedRow[]
  /** What is known of those whom the rejected rows name. */
  doubt: RejectedRows
}

const LONGEST_NAME = 256

/** Takes rows one by one and keeps the bad ones out, each named by its number. */
export interface RowCollector {
  take(row: number, sent: SentRow): void
  /** A row that is no row; what can be made out of it protects whom it names. */
  reject(row: number, code: ErrorCode, detail: string, sent?: Partial<SentRow>): void
  /** Nothing that follows could be told apart. */
  damage(row: number, detail: string): void
  finish(): ReadList
}

export function createRowCollector(): RowCollector {
  const rows = new Map<string, SnapshotRow>()
  const rejected: RejectedRow[] = []
  const ids = new Set<string>()
  const addresses = new Set<string>()
  let count = 0
  let unread = 0
  let damaged = false

  const reject: RowCollector['reject'] = (row, code, detail, sent = {}) => {
    rejected.push({ row, code, detail })
    count++
    const id = sent.id ?? sent.email?.trim().toLowerCase()
    const email = sent.email === null || sent.email === undefined ? null : parseEmail(sent.email)
    if (id !== undefined && isMemberId(id)) ids.add(id)
    else if (email !== null) addresses.add(emailKey(email))
    else unread++
  }
  return {
    take(row, sent) {
      const fault = findFault(sent)
      if (fault) return reject(row, fault.code, fault.detail, sent)
      const email = sent.email === null ? null : parseEmail(sent.email)
      const id = sent.id ?? emailKey(email ?? '')
      if (rows.has(id)) {
        rejected.push({ row, code: 'row_duplicate', detail: 'A row before names the same member; that one counts.' })
        return
      }
      rows.set(id, { id, email, firstName: toName(sent.firstName), lastName: toName(sent.lastName) })
    },
    reject,
    damage(row, detail) {
      damaged = true
      rejected.push({ row, code: 'row_invalid', detail })
    },
    finish: () => ({
      rows: [...rows.values()],
      rejected,
      doubt: { count, unread, ids, addresses, damaged },
    }),
  }
}

/** Details never repeat a value: it may be an address. */
function findFault(sent: SentRow): { code: ErrorCode; detail: string } | undefined {
  const email = sent.email === null ? null : parseEmail(sent.email)
  if (sent.id === undefined && sent.email === null) {
    return { code: 'address_missing', detail: 'Without an id column, the address is needed: it is the id.' }
  }
  if (sent.email !== null && email === null) {
    return { code: 'address_invalid', detail: 'This is no e-mail address.' }
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
