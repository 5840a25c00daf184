import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { MemberRecord } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import type { Visit } from '../visit/visit.ts'

/** Few enough for intake to come between. */
const AT_ONCE = 50

/**
 * Of these records, whoever left long ago (`LEFT_MEMBERS_DAYS`) and whom Apple has let go is forgotten: a roster that people come to
 * and leave for years would grow for ever. Ids of their events stay known for as long as those of anybody.
 */
export async function forgetLeft(visit: Visit, roster: Roster, records: MemberRecord[]): Promise<number> {
  const { clock, settings } = visit.deps
  const before = clock.now() - settings.leftMembersMs
  // A former address that no complete listing was asked about may still be in.
  const old = records.filter(
    (record) => isOut(record) && record.observed?.former.length === 0 && record.desired.at < before,
  )
  let forgotten = 0
  for (const chunk of inChunks(old, AT_ONCE)) {
    const answers = await Promise.all(chunk.map((record) => eraseRecord(visit, roster, record)))
    forgotten += answers.filter(Boolean).length
  }
  if (forgotten > 0) {
    const activity = visit.deps.store.lane(visit.teamKey).roster(roster.id).activity
    await activity.forget(new Set(old.map(({ id }) => id)))
  }
  return forgotten
}

/** Apple has let the person go, and nothing is under way. */
export function isOut({ desired, observed, status }: MemberRecord): boolean {
  if (desired.present || status !== 'removed' || observed === null) return false
  const { converged, email, leaving, writing } = observed
  return converged === desired.version && email === null && leaving.length === 0 && writing === null
}

/** False where something was recorded meanwhile. */
export async function eraseRecord(visit: Visit, roster: Roster, record: MemberRecord): Promise<boolean> {
  const erasures = visit.deps.store.lane(visit.teamKey).erasures
  const ref = visit.deps.toRef(roster.id, record.id)
  const member = { roster: roster.id, appId: roster.app.id, ref, record }
  const answer = await erasures.eraseMember(visit.lease.token, member)
  if (answer === 'lost') throw new AppError('lease_lost')
  return answer === 'erased'
}
