import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import { isReclaimed } from '../../domain/member.ts'
import type { IdleMember, Kept } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord, Store } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import { listIdle } from './list-idle.ts'

export interface ReclaimPlan {
  /** Whose seats come back, in the order of the candidates. */
  idle: IdleMember[]
  /** Of those who were asked for, or are candidates: who keeps the seat, and why. */
  kept: Kept[]
  /** When the group was last read as a whole (ms). */
  measuredAt: number | null
}

const CHUNK = 500

/**
 * Whose seats come back by what is known now; asks Apple for nothing. `members`: only of these, null: of all candidates. Nobody who is not
 * a candidate, is protected, or is wanted by another roster of the app is in it, whoever asks. `former`: whom an earlier plan names; a
 * join that it did not know of keeps the seat, as it would give it back later.
 */
export async function planReclaim(
  deps: { store: Store; clock: Clock },
  roster: Roster,
  members: readonly string[] | null,
  former: readonly IdleMember[] = [],
): Promise<ReclaimPlan> {
  const list = await listIdle(deps, roster)
  const candidates = new Map(list.candidates.map((candidate) => [candidate.id, candidate]))
  const asked = members === null ? [...candidates.keys()] : [...new Set(members)]
  const records = await readMany(deps.store, roster, asked)
  const joins = new Map(former.map(({ id, joined }) => [id, joined]))
  const kept: Kept[] = []
  const open: MemberRecord[] = []
  for (const id of asked) {
    const record = records.get(id)
    const candidate = candidates.get(id)
    if (!record?.desired.present) kept.push({ id, reason: 'not_a_member' })
    else if (isReclaimed(record.desired, record.observed)) kept.push({ id, reason: 'reclaimed' })
    else if ((joins.get(id) ?? record.desired.joined) !== record.desired.joined)
      kept.push({ id, reason: 'joined_again' })
    else if (!candidate) kept.push({ id, reason: list.doubtful.has(id) ? 'unknown' : 'not_idle' })
    else if (candidate.protected) kept.push({ id, reason: 'protected' })
    else open.push(record)
  }
  const wanted = await findWanted(deps.store, roster, open)
  const idle: ReclaimPlan['idle'] = []
  for (const { id, desired } of open) {
    const why = wanted.get(id)
    const candidate = candidates.get(id)
    if (why) kept.push({ id, reason: why })
    else if (candidate) idle.push({ id, reason: candidate.reason, since: candidate.since, joined: desired.joined })
  }
  return { idle, kept, measuredAt: list.measuredAt }
}

async function readMany(store: Store, roster: Roster, ids: readonly string[]): Promise<Map<string, MemberRecord>> {
  const members = store.members(roster.teamKey, roster.id)
  const found = new Map<string, MemberRecord>()
  for (const chunk of inChunks(ids, CHUNK))
    for (const record of await members.findMany(chunk)) if (record) found.set(record.id, record)
  return found
}

/** An app's rosters share its testers, and members with one address are one tester: one seat may serve several of them. */
async function findWanted(
  store: Store,
  roster: Roster,
  records: readonly MemberRecord[],
): Promise<Map<string, 'wanted_elsewhere' | 'address_shared'>> {
  const wanted = new Map<string, 'wanted_elsewhere' | 'address_shared'>()
  const leaving = new Set(records.map(({ id }) => id))
  const rosters = await store.rosters.findMany(await store.rosterIdsOfApp(roster.app.id))
  for (const other of [roster, ...[...rosters.values()].filter(({ id }) => id !== roster.id)]) {
    for (const chunk of inChunks(records, CHUNK)) {
      const members = store.members(other.teamKey, other.id)
      const keys = chunk.map(({ desired, observed }) => emailKey(observed?.email ?? desired.email ?? ''))
      const holders = await members.withAddresses(keys)
      const known = new Map(
        (await members.findMany([...new Set(holders.flat())])).flatMap((one) => (one ? [[one.id, one] as const] : [])),
      )
      chunk.forEach(({ id }, at) => {
        const wants = (holders[at] ?? []).some((holder) => {
          const found = known.get(holder)
          if (!found?.desired.present || isReclaimed(found.desired, found.observed)) return false
          return other.id !== roster.id || !leaving.has(holder)
        })
        if (wants) wanted.set(id, other.id === roster.id ? 'address_shared' : 'wanted_elsewhere')
      })
    }
  }
  return wanted
}
