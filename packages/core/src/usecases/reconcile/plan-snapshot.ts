import { emailKey } from '../../domain/email.ts'
import type { Desired } from '../../domain/member.ts'
import type { MemberRecord } from '../../store/index.ts'

/** One person of a whole roster as upstream sent it. */
export interface SnapshotRow {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
}

export interface SnapshotPlan {
  add: SnapshotRow[]
  update: SnapshotRow[]
  remove: MemberRecord[]
  unchanged: number
  /** Present members before the plan. */
  size: number
}

/** Pure: what makes the roster equal to the rows. Ids are distinct. */
export function planSnapshot(rows: SnapshotRow[], current: ReadonlyMap<string, MemberRecord>): SnapshotPlan {
  const plan: SnapshotPlan = { add: [], update: [], remove: [], unchanged: 0, size: 0 }
  const listed = new Set<string>()
  for (const row of rows) {
    listed.add(row.id)
    const desired = current.get(row.id)?.desired
    if (!desired?.present) plan.add.push(row)
    else if (isSame(desired, row)) plan.unchanged++
    else plan.update.push(row)
  }
  for (const record of current.values()) {
    if (!record.desired.present) continue
    plan.size++
    if (!listed.has(record.id)) plan.remove.push(record)
  }
  return plan
}

function isSame(desired: Desired, row: SnapshotRow): boolean {
  const sameAddress =
    desired.email === row.email ||
    (desired.email !== null && row.email !== null && emailKey(desired.email) === emailKey(row.email))
  return sameAddress && desired.firstName === row.firstName && desired.lastName === row.lastName
}
