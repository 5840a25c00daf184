import { emailKey } from '../../domain/email.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { createReconciliations } from '../../store/index.ts'
import { inChunks } from '../converge/parallel.ts'
import type { Visit } from '../lanes/visit.ts'
import { removeLingering, removeUnmanaged } from './apply-comparison.ts'
import { recordLeaves } from './record-plan.ts'

/**
 * Goes on with an approved plan, whoever died on the way: the same names, recorded as of the moment they were shown, so a newer
 * event of a member wins and a repetition changes nothing.
 */
export async function runApproved(visit: Visit, record: Reconciliation): Promise<void> {
  const { store, clock, dedupDays } = visit.deps
  const roster = await store.rosters.find(record.roster)
  if (!roster) return
  if (record.kind === 'snapshot') {
    await recordLeaves({ store, clock, dedupDays }, roster, record.id, record.removals, record.startedAt)
    return
  }
  const members = await store.members(visit.teamKey, roster.id).findMany(record.removals)
  const lingering = members.flatMap((member) => {
    const email = member?.desired.present === false ? member.desired.email : null
    if (!member || email === null) return []
    return [{ record: member, row: { id: '', email, firstName: null, lastName: null, state: 'unknown' as const } }]
  })
  await removeLingering(visit, roster, lingering)
  if (record.removesUnmanaged) await removeUnmanaged(visit, roster, await stillUnmanaged(visit, roster, record))
  await createReconciliations(store.redis, visit.teamKey).put({ ...record, status: 'done', updatedAt: clock.now() })
}

/** Whoever was put on the roster since the plan was shown is nobody's stranger any more. */
async function stillUnmanaged(
  visit: Visit,
  roster: Roster,
  { unmanaged }: Reconciliation,
): Promise<Reconciliation['unmanaged']> {
  const members = visit.deps.store.members(visit.teamKey, roster.id)
  const strangers: Reconciliation['unmanaged'] = []
  for (const chunk of inChunks(unmanaged, 200)) {
    const wanted = await Promise.all(
      chunk.map(async ({ email }) => {
        if (email === null) return false
        const found = await members.findMany(await members.withAddress(emailKey(email)))
        return found.some((member) => member?.desired.present)
      }),
    )
    strangers.push(...chunk.filter((_, at) => !wanted[at]))
  }
  return strangers
}
