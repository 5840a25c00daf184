import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { RosterStanding } from '../../domain/standing.ts'
import { isAppError } from '../../errors.ts'
import type { MemberRecord, Members } from '../../store/index.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { planIdle } from '../idle/plan-idle.ts'
import { noteSightings } from '../idle/note-sightings.ts'
import { planUsage } from '../idle/plan-usage.ts'
import { blockIfGone } from '../visit/block-roster.ts'
import {
  applySeen,
  forgetFormer,
  keepTesterIds,
  putBack,
  removeLingering,
  removeReturned,
  removeUnmanaged,
} from './apply-comparison.ts'
import { byAddress, compareGroup, type GroupComparison } from './compare-group.ts'
import { confirmVanished } from './confirm-vanished.ts'
import { noteIncomplete, noteReading, noteStanding } from './note-reading.ts'
import { planReading } from './plan-reading.ts'
import { isReading, readGroup, SCHEDULED } from './read-group.ts'
import { reconcileTask } from '../schedule/tasks.ts'

const DAY_MS = 86_400_000
/** A group that is written to all the time is read all the same, once it is this many times overdue. */
const OVERDUE = 2
/** A whole reading is not begun again at once, whatever it waits for. */
const SOON_MS = 5_000

/**
 * Compares a roster's group with the roster and puts right what differs, under the lane's lease. Returns when to come again
 * (ms): for a scheduled reading always, for one that was asked for only where removals wait until our own writes are settled.
 */
export async function runReconcile(
  visit: Visit,
  roster: Roster,
  requested: Reconciliation | null,
): Promise<number | null> {
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  const settledAt = (await reconciliations.wroteAt(roster.id)) + visit.deps.settings.quietAfterWriteMs
  const standing = await store.standing(roster.id)
  if (requested === null && !(await isReading(visit, roster, SCHEDULED))) {
    if (settledAt > clock.now() && !isOverdue(visit, roster, standing)) return settledAt
    if (await isQuiet(visit, roster, standing)) {
      const lastReconcile = { id: null, at: clock.now(), outcome: 'in_sync' as const }
      await store.putStanding(roster.id, { ...standing, lastReconcile })
      await planUsage(visit, roster)
      await planIdle(visit, roster)
      return nextReading(visit, roster)
    }
  }
  const record = requested ?? newReconciliation(roster, clock.now())
  try {
    const again = await compareAndApply(visit, roster, record, settledAt, requested !== null)
    if (again !== null) return again
    if (requested === null) return nextReading(visit, roster)
    await store.lane(visit.teamKey).schedule.replan(reconcileTask(roster.id), nextReading(visit, roster))
    return null
  } catch (error) {
    if (!isAppError(error)) throw error
    if (error.code === 'apple_not_found') await blockIfGone(visit, roster)
    // Tried again in a while; until then people see why.
    const at = clock.now()
    const problem = { code: error.code, detail: error.message, at }
    if (requested !== null) await reconciliations.put(roster, { ...requested, updatedAt: at, problem })
    const lastReconcile = { id: requested?.id ?? null, at, outcome: 'failed' as const }
    await store.putStanding(roster.id, { ...standing, lastReconcile })
    throw error
  }
}

function isOverdue(visit: Visit, roster: Roster, { lastReconcile }: RosterStanding): boolean {
  const since = lastReconcile?.at ?? roster.createdAt
  return visit.deps.clock.now() - since > OVERDUE * roster.reconcileEveryMinutes * 60_000
}

/** One call: the group still has as many testers as we believe, the whole was read within a day, and no invitation is open. */
async function isQuiet(visit: Visit, roster: Roster, standing: RosterStanding): Promise<boolean> {
  const { store, clock } = visit.deps
  if (clock.now() - standing.lastFullAt >= DAY_MS) return false
  const counts = await store.members(visit.teamKey, roster.id).counts()
  if (counts.invited + counts.not_invited > 0) return false
  const expected = counts.accepted + counts.installed + counts.revoked + standing.drift
  return (await sessionOf(visit).countGroupTesters(roster.group.id)) === expected
}

/**
 * When to come again (ms) where the reading goes on, or something has to wait until reads show our own last writes; null once it
 * is through.
 */
async function compareAndApply(
  visit: Visit,
  roster: Roster,
  record: Reconciliation,
  settledAt: number,
  isRequested: boolean,
): Promise<number | null> {
  const { store, clock } = visit.deps
  const reconciliations = store.lane(visit.teamKey).reconciliations
  // Before the roster is read: what is recorded meanwhile has its own job, and shows as work under way afterwards.
  const reading = await readGroup(visit, roster, isRequested ? record.id : SCHEDULED)
  if (reading.kind === 'goes_on') {
    const progress = { ...record.progress, read: reading.read, total: reading.total }
    if (isRequested) await reconciliations.put(roster, { ...record, progress, updatedAt: clock.now() })
    return reading.at
  }
  if (reading.kind === 'incomplete') {
    await noteIncomplete(visit, roster, record)
    return null
  }
  const { rows, startedAt } = reading
  const records = await readRoster(store.members(visit.teamKey, roster.id))
  const listed = byAddress(rows)
  await noteSightings(visit, roster, listed, records.values())
  const compared = compareGroup(rows, records.values(), listed)
  const vanished = await confirmVanished(visit, roster, compared.vanished)
  compared.vanished = vanished.gone
  const plan = await planReading(visit, roster, record, compared, { records, read: rows.length })
  const unsettled = settledAt > clock.now() && plan.plan.remove + compared.returned.length > 0
  if (!record.dryRun) {
    await keepTesterIds(visit, roster, listed, records)
    await applySeen(visit, roster, compared.seen)
    await putBack(visit, roster, compared)
    await forgetFormer(visit, roster, compared.settled, { listed, startedAt })
    if (!unsettled) await removeReturned(visit, roster, compared.returned)
    if (plan.status === 'running' && !unsettled) await removeAll(visit, roster, compared, plan)
  }
  const waits = !record.dryRun && ((unsettled && plan.status === 'running') || vanished.young > 0)
  const again = Math.max(settledAt, clock.now() + SOON_MS)
  if (waits && isRequested) {
    await reconciliations.put(roster, { ...plan, status: 'running', updatedAt: clock.now() })
    return again
  }
  // Removals that wait are part of the next reading's plan.
  if (waits && plan.status === 'running') Object.assign(plan, { removals: [], plan: { ...plan.plan, remove: 0 } })
  if (plan.status === 'running') plan.status = 'done'
  await noteReading(visit, roster, plan, isRequested)
  await noteStanding(visit, roster, plan, compared)
  if (!record.dryRun) await planUsage(visit, roster)
  if (!record.dryRun) await planIdle(visit, roster)
  return waits ? again : null
}

async function removeAll(visit: Visit, roster: Roster, compared: GroupComparison, plan: Reconciliation): Promise<void> {
  if (plan.plan.remove === 0) return
  await visit.deps.store.lane(visit.teamKey).reconciliations.noteRemoval({
    roster: roster.id,
    id: plan.id,
    removals: plan.plan.remove,
    size: Math.max(1, plan.progress.read),
    now: visit.deps.clock.now(),
  })
  await removeLingering(visit, roster, compared.lingering)
  if (plan.removesUnmanaged) await removeUnmanaged(visit, roster, plan.unmanaged)
}

/** Spread by jitter, so that a thousand rosters made in one minute are not read in one minute for ever. */
function nextReading(visit: Visit, roster: Roster): number {
  const every = roster.reconcileEveryMinutes * 60_000
  return Math.round(visit.deps.clock.now() + every * (0.9 + Math.random() * 0.2))
}

export function newReconciliation(roster: Roster, now: number, dryRun = false): Reconciliation {
  return {
    v: 1,
    id: randomUUID(),
    roster: roster.id,
    kind: 'reconcile',
    status: 'running',
    dryRun,
    startedAt: now,
    updatedAt: now,
    progress: { read: 0, total: null, converged: 0, toConverge: 0 },
    plan: { add: 0, update: 0, remove: 0, unchanged: 0 },
    removals: [],
    unmanaged: [],
    removesUnmanaged: false,
    revision: 0,
    held: null,
    approvedAt: null,
    decidedBy: null,
    reason: null,
    problem: null,
  }
}

/** Every member of a roster by id; memory is that of the records, some 500 bytes each. */
async function readRoster(members: Members): Promise<Map<string, MemberRecord>> {
  const records = new Map<string, MemberRecord>()
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    for (const record of page.records) records.set(record.id, record)
  } while (cursor !== '0')
  return records
}
