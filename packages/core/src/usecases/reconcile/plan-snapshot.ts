import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'

/** One person of a whole roster as upstream sent it. */
export interface SnapshotRow {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

/** What is known of the rows that were kept out: nobody leaves because of a row that could not be used. */
export interface RejectedRows {
  /** Rows kept out, without those that merely repeat another. */
  count: number
  /** Of these, rows that name nobody whom we could make out. */
  unread: number
  /** Member ids, and addresses (lower-cased) of those without a usable id, that they name. */
  ids: ReadonlySet<string>
  addresses: ReadonlySet<string>
  /** The rest of the list could not be told apart into rows. */
  damaged: boolean
}

export interface SnapshotPlan {
  add: SnapshotRow[]
  update: SnapshotRow[]
  /** Ids. */
  remove: string[]
  unchanged: number
  /** Present members before the plan. */
  size: number
}

export interface SnapshotPlanner {
  /** Told of every member there is; twice does no harm. */
  see(id: string, desired: Desired): void
  finish(): SnapshotPlan
}

/**
 * Pure: what makes the roster equal to the rows as of `at` (ms). Ids are distinct. Whoever changed after `at` is left alone,
 * since the newer fact wins when the plan is recorded.
 */
export function createSnapshotPlanner(rows: SnapshotRow[], rejected: RejectedRows, at: number): SnapshotPlanner {
  const open = new Map(rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  const plan: SnapshotPlan = { add: [], update: [], remove: [], unchanged: 0, size: 0 }
  const isProtected = (id: string, { email, time }: Desired) =>
    time > at || rejected.ids.has(id) || (email !== null && rejected.addresses.has(emailKey(email)))

  return {
    see(id, desired) {
      if (seen.has(id)) return
      seen.add(id)
      const row = open.get(id)
      if (desired.present) plan.size++
      if (row === undefined) {
        if (!desired.present) return
        if (isProtected(id, desired)) plan.unchanged++
        else plan.remove.push(id)
        return
      }
      open.delete(id)
      if (desired.time > at) plan.unchanged++
      else if (!desired.present) plan.add.push(row)
      else if (isSame(desired, row)) plan.unchanged++
      else plan.update.push(row)
    },
    finish() {
      // Not as arguments: there may be more than a call takes.
      for (const row of open.values()) plan.add.push(row)
      return plan
    },
  }
}

/** Every removal may be a row that could not be read, or the list as a whole is not to be trusted. */
export function isDoubtful(rows: number, rejected: RejectedRows, removals: number): boolean {
  return rejected.damaged || rejected.count > rows || (rejected.unread > 0 && removals <= rejected.unread)
}

function isSame(desired: Desired, row: SnapshotRow): boolean {
  const sameAddress =
    desired.email === row.email ||
    (desired.email !== null && row.email !== null && emailKey(desired.email) === emailKey(row.email))
  return sameAddress && desired.firstName === row.firstName && desired.lastName === row.lastName
}
