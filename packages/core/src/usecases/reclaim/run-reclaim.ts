import type { IdleReason } from '../../domain/idle.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { inChunks } from '../lists.ts'
import { AppError } from '../../errors.ts'
import { goesOn, type Visit } from '../visit/visit.ts'
import { newReconciliation } from '../reconcile/run-reconcile.ts'
import { requestedTask } from '../schedule/tasks.ts'
import { markReclaimed } from '../idle/mark-reclaimed.ts'
import { planReclaim } from '../idle/plan-reclaim.ts'

const HOUR_MS = 3_600_000
/** While the group is being read. */
const LOOK_AGAIN_MS = 2_000
const STOPPED_MS = 60_000
const CHUNK = 200

/**
 * Goes on with a reclaim that may be carried out, whoever died on the way. Who came back, joined again, or is wanted or protected, since the plan was made
 * is left out: people are never more than were named. What is known of the group may be a day old: then it is read first. Returns
 * when to come again (ms), null once all are on their way out.
 */
export async function runReclaim(visit: Visit, record: Reconciliation): Promise<number | null> {
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const now = clock.now()
  const roster = await store.rosters.find(record.roster)
  if (!roster || roster.teamKey !== visit.teamKey) return null
  if (roster.deleting || roster.idle === null) {
    const reason = 'The roster takes no seats back any more.'
    await reconciliations.put(roster, { ...record, status: 'rejected', reason, updatedAt: now })
    return null
  }
  if (roster.paused || roster.blocked) return now + STOPPED_MS
  const plan = await planReclaim(visit.deps, roster, record.removals, record.idle)
  if (plan.measuredAt === null || now - plan.measuredAt > HOUR_MS) return readFirst(visit, roster, record)

  const begun = plan.kept.filter(({ reason }) => reason === 'reclaimed').map(({ id }) => id)
  const idle = new Map(plan.idle.map((one) => [one.id, one]))
  const goers = record.removals.filter((id) => idle.has(id) || begun.includes(id))
  const kept = [...(record.kept ?? []), ...plan.kept.filter(({ reason }) => reason !== 'reclaimed')]
  const counts = {
    ...record.plan,
    remove: goers.length,
    unchanged: record.plan.unchanged + record.removals.length - goers.length,
  }
  const progress = { read: 0, total: goers.length, converged: 0, toConverge: goers.length }
  const begins: Reconciliation = {
    ...record,
    removals: goers,
    idle: (record.idle ?? []).filter(({ id }) => goers.includes(id)),
    ...(kept.length > 0 ? { kept } : {}),
    plan: counts,
    progress,
    updatedAt: now,
    problem: null,
  }
  await reconciliations.put(roster, begins)
  if (record.approvedAt === null && goers.length > 0) {
    const size = counts.remove + counts.unchanged
    await reconciliations.noteRemoval({
      roster: roster.id,
      id: record.id,
      removals: goers.length,
      size,
      now: record.startedAt,
    })
  }
  const members = store.members(visit.teamKey, roster.id)
  for (const chunk of inChunks(goers, CHUNK)) {
    if (!goesOn(visit)) return clock.now()
    const records = (await members.findMany(chunk)).filter((one) => one !== undefined)
    await markReclaimed(
      visit,
      roster,
      records.map((one) => ({ record: one, why: tellWhy(idle.get(one.id), record.id) })),
    )
  }
  const status = goers.length === 0 ? 'done' : 'running'
  await reconciliations.put(roster, {
    ...begins,
    status,
    progress: { ...progress, read: goers.length },
    updatedAt: clock.now(),
  })
  return null
}

const WHY: Record<IdleReason, string> = {
  not_accepted: 'the invitation was not accepted',
  not_installed: 'the app was not installed',
  no_session: 'the app was not opened',
}

function tellWhy(idle: { reason: IdleReason; since: number } | undefined, plan: string): string {
  const why = idle ? `${WHY[idle.reason]} since ${new Date(idle.since).toISOString().slice(0, 10)}` : 'it was not used'
  return `The seat is taken back: ${why} (plan ${plan}). A new membership, or "Put back", gives one again.`
}

/** Nobody is taken out by what was so yesterday. Where the group can't be read, the plan has failed. */
async function readFirst(visit: Visit, roster: Roster, record: Reconciliation): Promise<number | null> {
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const now = clock.now()
  const reading = record.reading === undefined ? undefined : await reconciliations.find(record.reading)
  if (reading?.status === 'running') return now + LOOK_AGAIN_MS
  if (reading) {
    const detail = 'The group could not be read as a whole, so nobody was taken out.'
    const problem = reading.problem ?? { code: 'apple_answer_unreadable' as const, detail, at: now }
    await reconciliations.put(roster, { ...record, status: 'failed', problem, updatedAt: now })
    return null
  }
  const asked = newReconciliation(roster, now)
  const asks: Reconciliation = { ...record, reading: asked.id, updatedAt: now }
  const task = { name: requestedTask(asked.id), at: now }
  if (!(await reconciliations.replace(record, asks, { next: asked, task }))) throw new AppError('conflict')
  return now + LOOK_AGAIN_MS
}
