import type { Reconciliation } from '../../domain/reconciliation.ts'
import { createReconciliations } from '../../store/index.ts'
import type { Visit } from '../lanes/visit.ts'
import { removeLingering, removeUnmanaged } from './apply-comparison.ts'
import { recordLeaves } from './record-plan.ts'

/**
 * Goes on with an approved plan, whoever died on the way: the same names, recorded as of the moment they were shown, so a newer
 * event of a member wins and a repetition changes nothing. True when all of it is recorded.
 */
export async function runApproved(visit: Visit, record: Reconciliation): Promise<boolean> {
  const { store, clock } = visit.deps
  const roster = await store.rosters.find(record.roster)
  if (!roster) return true
  if (record.kind === 'snapshot') {
    const intake = { store, clock, dedupDays: visit.deps.dedupDays }
    await recordLeaves(intake, roster, record.id, record.removals, record.startedAt)
    return true
  }
  const members = await store.members(visit.teamKey, roster.id).findMany(record.removals)
  const lingering = members.flatMap((member) => {
    const email = member?.desired.present === false ? member.desired.email : null
    if (!member || email === null) return []
    return [{ record: member, row: { id: '', email, firstName: null, lastName: null, state: 'unknown' as const } }]
  })
  await removeLingering(visit, roster, lingering)
  if (record.removesUnmanaged)
    await removeUnmanaged(
      visit,
      roster,
      record.unmanaged.map(({ testerId }) => testerId),
    )
  await createReconciliations(store.redis, visit.teamKey).put({ ...record, status: 'done', updatedAt: clock.now() })
  return true
}
