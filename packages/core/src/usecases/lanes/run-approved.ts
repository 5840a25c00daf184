import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Visit } from '../visit/visit.ts'
import { runReclaim } from '../reclaim/run-reclaim.ts'
import { inChunks } from '../parallel.ts'
import { removeLingering, removeUnmanaged } from '../reconcile/apply-comparison.ts'
import { recordLeaves } from '../reconcile/record-plan.ts'
import { stillUnmanaged } from '../reconcile/still-unmanaged.ts'

const CHUNK = 500

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
  const roll = store.members(visit.teamKey, roster.id)
  const members = []
  for (const chunk of inChunks(record.removals, CHUNK)) members.push(...(await roll.findMany(chunk)))
  const lingering = members.flatMap((member) => {
    const email = member?.desired.present === false ? member.desired.email : null
    if (!member || email === null) return []
    return [{ record: member, row: { id: '', email, firstName: null, lastName: null, state: 'unknown' as const } }]
  })
  await removeLingering(visit, roster, lingering)
  if (record.removesUnmanaged) await removeUnmanaged(visit, roster, await stillUnmanaged(roll, record))
  await store.lane(visit.teamKey).reconciliations.put(roster, { ...record, status: 'done', updatedAt: clock.now() })
  return null
}
