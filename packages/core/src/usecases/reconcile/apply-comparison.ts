import { emailKey } from '../../domain/email.ts'
import { toMemberFact } from '../../domain/fact.ts'
import { NOTHING_OBSERVED, settledStatus, type Observed } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import { AppError, ERROR_RULES, isAppError, type ErrorCode } from '../../errors.ts'
import type { MemberRecord, Outcome, ReadRow } from '../../store/index.ts'
import { readLack } from '../builds/warnings-of.ts'
import { inChunks } from '../lists.ts'
import { MAX_CHUNK } from '../converge/take-steps.ts'
import type { GroupComparison } from './compare-group.ts'
import { goesOn, sessionOf, type Visit } from '../visit/visit.ts'

/** Takes over what the listing says of members who are where they should be. */
export async function applySeen(visit: Visit, roster: Roster, seen: GroupComparison['seen']): Promise<void> {
  const lack = (await readLack(visit.deps.store, roster)) ?? 'build_missing'
  for (const chunk of inChunks(seen, MAX_CHUNK)) {
    await Promise.all(
      chunk.map(({ record, row }) => {
        const stopped = row.state === 'revoked'
        return note(visit, roster, record, {
          observed: { ...observedOf(record), email: row.email, state: row.state, confirmed: true, settledState: true },
          row,
          present: true,
          problem: stopped ? 'testing_stopped' : row.state === 'not_invited' ? lack : null,
        })
      }),
    )
  }
}

const IDS_AT_ONCE = 10_000

/** A tester that was taken out and made anew by hand has another id. It is kept for look-ups and shown: nobody's change. */
export async function keepTesterIds(
  visit: Visit,
  roster: Roster,
  listing: ReadonlyMap<string, ReadRow>,
  records: ReadonlyMap<string, MemberRecord>,
): Promise<void> {
  const addressOf = ({ observed, desired }: MemberRecord) => emailKey(observed?.email ?? desired.email ?? '')
  const listed: { record: MemberRecord; address: string; id: string }[] = []
  for (const record of records.values()) {
    const address = addressOf(record)
    const id = listing.get(address)?.id
    if (id !== undefined) listed.push({ record, address, id })
  }
  // Many at once: they lie in 256 parts, and each is asked once.
  for (const chunk of inChunks(listed, IDS_AT_ONCE)) {
    const known = await visit.deps.lane.testerIds(
      roster.app.id,
      chunk.map(({ address }) => address),
    )
    const others = chunk.filter(({ address, id }) => known.get(address) !== id)
    for (const some of inChunks(others, MAX_CHUNK)) {
      await Promise.all(
        some.map(({ record, address, id }) =>
          keep(visit, roster, record, { ...asBefore(record), testerIds: new Map([[address, id]]) }),
        ),
      )
    }
  }
}

/** Members who should be in and are not: put back, or reported, as the roster says; one who stopped testing is only reported. */
export async function putBack(visit: Visit, roster: Roster, compared: GroupComparison): Promise<void> {
  const { lane } = visit.deps
  const stopped = compared.vanished.filter(({ observed }) => observed?.state === 'revoked')
  const removed = compared.vanished.filter(({ observed }) => observed?.state !== 'revoked')
  const restore = roster.removedByHand === 'restore' ? removed : []
  for (const record of removed) {
    const observed: Observed = { ...observedOf(record), confirmed: false, state: null, writing: null }
    await note(visit, roster, record, {
      observed,
      row: null,
      present: roster.removedByHand === 'restore',
      problem: 'removed_by_hand',
    })
  }
  await lane.recordAgain(
    [...restore, ...compared.missing].map(({ id }) => ({ roster: roster.id, member: id })),
    'bulk',
  )
  if (stopped.length > 0)
    visit.deps.log.info({ event: 'reconcile.stopped_rows_gone', roster: roster.id, count: stopped.length })
}

/** Members who should be out and are listed: their own jobs take them out, by the roster's policy. */
export async function removeLingering(
  visit: Visit,
  roster: Roster,
  lingering: readonly { record: MemberRecord; row: NotedRow }[],
  why = 'Still in the group: taken out.',
): Promise<void> {
  for (const { record, row } of lingering) {
    // Whoever did this before died on the way.
    if (record.status === 'pending') continue
    const observed: Observed = {
      ...observedOf(record),
      email: row.email,
      state: row.state,
      confirmed: true,
      writing: null,
    }
    await note(visit, roster, record, { observed, row, present: false, problem: null, pending: true, why })
  }
  await visit.deps.lane.recordAgain(
    lingering.map(({ record }) => ({ roster: roster.id, member: record.id })),
    'bulk',
  )
}

/** Former addresses that are in after all leave again, by their members' own jobs. */
export async function removeReturned(
  visit: Visit,
  roster: Roster,
  returned: GroupComparison['returned'],
): Promise<void> {
  for (const { record, rows } of returned) {
    const before = observedOf(record)
    const emails = rows.flatMap(({ email }) => email ?? [])
    const keys = new Set(emails.map(emailKey))
    const observed: Observed = {
      ...before,
      leaving: [...before.leaving, ...emails],
      former: before.former.filter(({ email }) => !keys.has(emailKey(email))),
    }
    const [row = null] = rows
    await note(visit, roster, record, { observed, row, present: record.desired.present, problem: null, pending: true })
  }
  await visit.deps.lane.recordAgain(
    returned.map(({ record }) => ({ roster: roster.id, member: record.id })),
    'bulk',
  )
}

/** A listing that began after an address was last looked for, and does not show it, has the last word. */
export async function forgetFormer(
  visit: Visit,
  roster: Roster,
  settled: GroupComparison['settled'],
  reading: { listed: ReadonlyMap<string, ReadRow>; startedAt: number },
): Promise<void> {
  for (const chunk of inChunks(settled, MAX_CHUNK)) {
    await Promise.all(
      chunk.map(async (record) => {
        const before = observedOf(record)
        const former = before.former.filter(
          ({ email, at }) => at >= reading.startedAt || reading.listed.has(emailKey(email)),
        )
        if (former.length < before.former.length)
          await keep(visit, roster, record, { ...asBefore(record), observed: { ...before, former } })
      }),
    )
  }
}

/**
 * Testers of nobody on the roster. A refused call may be about one who left meanwhile: those who are still in the group are
 * tried one by one, and one that Apple will not let go is left to the next reading.
 */
export async function removeUnmanaged(
  visit: Visit,
  roster: Roster,
  unmanaged: Reconciliation['unmanaged'],
): Promise<void> {
  for (const chunk of inChunks(unmanaged, MAX_CHUNK)) {
    if (!goesOn(visit)) {
      throw new AppError('lease_lost', { message: 'The visit ended before all unmanaged testers were out.' })
    }
    const ids = chunk.map(({ testerId }) => testerId)
    if (await removeAll(visit, roster, ids)) continue
    const emails = chunk.flatMap(({ email }) => email ?? [])
    const rows = await sessionOf(visit).findGroupMembers({ groupId: roster.group.id, emails })
    const there = new Set(rows.map((row) => row.id))
    for (const { testerId, email } of chunk) {
      if (email === null || there.has(testerId)) await removeAll(visit, roster, [testerId])
    }
  }
}

async function removeAll(visit: Visit, roster: Roster, testerIds: string[]): Promise<boolean> {
  try {
    await sessionOf(visit).removeTesters(roster.group.id, testerIds)
    return true
  } catch (error) {
    if (!isAppError(error, 'apple_refused', 'apple_not_found')) throw error
    return false
  }
}

/** What a reading says of a member; `id`: null where only the address is known. */
type NotedRow = Pick<ReadRow, 'email' | 'state'> & { id: string | null }

interface Note {
  observed: Observed
  row: NotedRow | null
  present: boolean
  problem: ErrorCode | null
  pending?: boolean
  why?: string
}

async function note(visit: Visit, roster: Roster, record: MemberRecord, change: Note): Promise<void> {
  const now = visit.deps.clock.now()
  const restored = change.present && change.row === null
  const status = change.pending || restored ? 'pending' : settledStatus(change.present, change.observed.state)
  const problem = change.problem && { code: change.problem, detail: ERROR_RULES[change.problem].title }
  const told = toMemberFact(
    { roster: roster.id, member: record.id },
    status,
    problem,
    change.observed.told ?? null,
    now,
  )
  await keep(visit, roster, record, {
    observed: {
      ...change.observed,
      observedAt: now,
      problem: problem && { ...problem, at: now },
      told: told?.told ?? change.observed.told ?? null,
    },
    status,
    entry: { t: now, k: 'note', d: describe(record, change) },
    fact: told?.fact ?? null,
    testerIds: new Map(change.row?.email && change.row.id ? [[emailKey(change.row.email), change.row.id]] : []),
  })
}

const asBefore = (record: MemberRecord): Kept => ({
  observed: observedOf(record),
  status: record.status,
  entry: null,
  fact: null,
  testerIds: new Map(),
})

type Kept = Pick<Outcome, 'observed' | 'status' | 'entry' | 'fact' | 'testerIds'>

async function keep(visit: Visit, roster: Roster, { id, desired }: MemberRecord, kept: Kept): Promise<void> {
  const recorded = await visit.deps.lane.recordOutcome(visit.lease.token, {
    roster,
    member: id,
    ref: visit.deps.toRef(roster.id, id),
    met: { fresh: 0, invite: 0 },
    version: desired.version,
    ending: 'later',
    ...kept,
  })
  if (recorded === 'lost') throw new AppError('lease_lost')
}

function describe(record: MemberRecord, change: Note): string {
  if (change.why !== undefined) return change.why
  if (change.row === null)
    return change.present ? 'Not in the group any more: put back.' : 'Taken out of the group by hand.'
  if (change.pending) return 'A former address is still in the group: taken out.'
  return `Seen in the group as ${change.row.state}, before: ${record.observed?.state ?? 'unknown'}.`
}

function observedOf(record: MemberRecord): Observed {
  return record.observed ?? { ...NOTHING_OBSERVED, converged: record.desired.version }
}
