import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { MemberRecord } from '../../store/index.ts'
import type { Visit } from '../visit/visit.ts'
import { runReclaim } from '../reclaim/run-reclaim.ts'
import { inChunks } from '../lists.ts'
import { removeLingering, removeUnmanaged } from '../reconcile/apply-comparison.ts'
import { recordLeaves } from '../reconcile/record-plan.ts'
import { stillUnmanaged } from '../reconcile/still-unmanaged.ts'

const CHUNK = 500
const STOPPED_MS = 60_000

/**
 * Goes on with an approved plan, whoever died on the way: the same names, recorded as of the moment they were shown, so a newer
 * event of a member wins and a repetition changes nothing. Returns when to come again (ms), null once it is through.
 */
export async function runApproved(visit: Visit, record: Reconciliation): Promise<number | null> {
  const { store, clock, dedupDays } = visit.deps
  const roster = await store.rosters.find(record.roster)
  if (!roster) return null
  if (record.kind === 'reclaim') return runReclaim(visit, record)
  if (record.kind === 'snapshot') {
    await recordLeaves({ store, clock, dedupDays }, roster, record, record)
    return null
  }
  if (roster.deleting || roster.teamKey !== visit.teamKey) return null
  if (roster.paused || roster.blocked) return clock.now() + STOPPED_MS
  const roll = store.members(visit.teamKey, roster.id)
  const members = []
  for (const chunk of inChunks(record.removals, CHUNK)) members.push(...(await roll.findMany(chunk)))
  const lingering = members.flatMap((member) => {
    const email = member?.desired.present === false ? member.desired.email : null
    if (!member || email === null || isThrough(member, record)) return []
    return [{ record: member, row: { id: null, email, state: 'unknown' as const } }]
  })
  await removeLingering(visit, roster, lingering, `To be taken out of the group, by the approved plan ${record.id}.`)
  if (record.removesUnmanaged) await removeUnmanaged(visit, roster, await stillUnmanaged(roll, record))
  await store.lane(visit.teamKey).reconciliations.put(roster, { ...record, status: 'done', updatedAt: clock.now() })
  return null
}

/** Somebody began with the plan and died, and the member's own job has done its part meanwhile. */
function isThrough({ status, observed }: MemberRecord, { approvedAt }: Reconciliation): boolean {
  return status !== 'pending' && (observed?.observedAt ?? 0) > (approvedAt ?? Infinity)
}
