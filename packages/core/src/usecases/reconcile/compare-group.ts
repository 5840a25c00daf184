import { emailKey } from '../../domain/email.ts'
import { isReclaimed } from '../../domain/member.ts'
import type { MemberRecord, ReadRow } from '../../store/index.ts'

export interface GroupComparison {
  /** In the group as they should be, with a state that we did not know. */
  seen: { record: MemberRecord; row: ReadRow }[]
  /** Known to be in and not listed any more: taken out by somebody else, or stopped long ago. */
  vanished: MemberRecord[]
  /** Should be in, never confirmed, and nothing under way: their change got lost. */
  missing: MemberRecord[]
  /** Should be out, and listed. */
  lingering: { record: MemberRecord; row: ReadRow }[]
  /** Former addresses of a member that are listed after all, though a read had not shown them. */
  returned: { record: MemberRecord; rows: ReadRow[] }[]
  /** Members with former addresses, none of which has to leave, that this listing does not show. */
  settled: MemberRecord[]
  /** Listed, and of nobody on the roster. */
  unmanaged: ReadRow[]
}

/** What is listed, by address (lower-cased). */
export function byAddress(rows: readonly ReadRow[]): Map<string, ReadRow> {
  const listed = new Map<string, ReadRow>()
  for (const row of rows) if (row.email !== null) listed.set(emailKey(row.email), row)
  return listed
}

/** Pure: a complete listing of the group beside the roster. Members with work under way are left to it. */
export function compareGroup(
  rows: ReadRow[],
  records: Iterable<MemberRecord>,
  listed: ReadonlyMap<string, ReadRow> = byAddress(rows),
): GroupComparison {
  const comparison: GroupComparison = {
    seen: [],
    vanished: [],
    missing: [],
    lingering: [],
    returned: [],
    settled: [],
    unmanaged: [],
  }
  const explained = new Set<string>()
  const present: MemberRecord[] = []
  const absent: MemberRecord[] = []
  const reclaimed: MemberRecord[] = []
  const moved: MemberRecord[] = []
  for (const record of records) {
    if (record.observed && record.observed.former.length > 0) moved.push(record)
    // On its way out of the app it may be listed still; once it is out, whoever lists it there put it there.
    if (isReclaimed(record.desired, record.observed)) reclaimed.push(record)
    else (record.desired.present ? present : absent).push(record)
  }

  for (const record of present) {
    for (const email of [record.desired.email, record.observed?.email ?? null, ...(record.observed?.leaving ?? [])]) {
      if (email !== null) explained.add(emailKey(email))
    }
    if (isUnderWay(record)) continue
    const email = record.observed?.email ?? record.desired.email
    const row = email === null ? undefined : listed.get(emailKey(email))
    if (row) {
      if (!record.observed?.confirmed || record.observed.state !== row.state) comparison.seen.push({ record, row })
    } else if (record.observed?.confirmed) comparison.vanished.push(record)
    else if (!isReported(record) && email !== null) comparison.missing.push(record)
  }
  for (const { desired, observed, status } of reclaimed) {
    const email = observed?.email ?? desired.email
    if (email !== null && (status !== 'reclaimed' || isUnderWay({ desired, observed }))) explained.add(emailKey(email))
  }
  for (const record of absent) {
    const email = record.observed?.email ?? record.desired.email
    const key = email === null ? null : emailKey(email)
    const row = key === null ? undefined : listed.get(key)
    if (!row || key === null || explained.has(key)) continue
    explained.add(key)
    if (!isUnderWay(record)) comparison.lingering.push({ record, row })
  }
  // What else this reading says of a member is written first; the next one goes on.
  const noted = new Set(
    [...comparison.seen, ...comparison.lingering].map(({ record }) => record).concat(comparison.vanished),
  )
  for (const record of moved)
    compareFormer(record, listed, explained, { comparison, isFree: !isUnderWay(record) && !noted.has(record) })
  comparison.unmanaged = rows.filter((row) => row.email === null || !explained.has(emailKey(row.email)))
  return comparison
}

/** After all others: an address that anybody else has is theirs. */
function compareFormer(
  record: MemberRecord,
  listed: ReadonlyMap<string, ReadRow>,
  explained: Set<string>,
  { comparison, isFree }: { comparison: GroupComparison; isFree: boolean },
): void {
  const rows: ReadRow[] = []
  const former = record.observed?.former ?? []
  for (const { email } of former) {
    const row = listed.get(emailKey(email))
    if (!row || explained.has(emailKey(email))) continue
    explained.add(emailKey(email))
    rows.push(row)
  }
  if (!isFree) return
  if (rows.length > 0) comparison.returned.push({ record, rows })
  else if (former.some(({ email }) => !listed.has(emailKey(email)))) comparison.settled.push(record)
}

/** Not in the group for a reason that was told: who waits, failed, stopped testing, or was taken out by hand under that policy. */
function isReported({ status }: MemberRecord): boolean {
  return status === 'waiting' || status === 'failed' || status === 'revoked' || status === 'removed'
}

/** Something is recorded and not carried out yet, or written and not read back: the member's own job decides. */
function isUnderWay({ desired, observed }: Pick<MemberRecord, 'desired' | 'observed'>): boolean {
  return desired.version !== (observed?.converged ?? 0) || observed?.writing != null
}
