import { randomUUID } from 'node:crypto'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import type { RosterStanding } from '../../domain/standing.ts'
import { isAppError } from '../../errors.ts'
import {
  createFacts,
  createReconciliations,
  createSchedule,
  type MemberRecord,
  type Reconciliations,
} from '../../store/index.ts'
import { sessionOf, type Visit } from '../lanes/visit.ts'
import { applySeen, putBack, removeLingering, removeUnmanaged } from './apply-comparison.ts'
import { compareGroup, type GroupComparison } from './compare-group.ts'
import { readGroup } from './read-group.ts'
import { readRoster } from './read-roster.ts'

const DAY_MS = 86_400_000
/** Reads lag our own writes by up to a minute: nothing is concluded from a missing or lingering row this soon after one. */
const QUIET_AFTER_WRITE_MS = 120_000
const SEATS_LIMIT = 10_000

export const reconcileTask = (rosterId: string) => `reconcile:${rosterId}`

/** Compares a roster's group with the roster and puts right what differs, under the lane's lease; then plans the next time. */
export async function runReconcile(visit: Visit, roster: Roster, requested: Reconciliation | null): Promise<void> {
  const { store, clock } = visit.deps
  const reconciliations = createReconciliations(store.redis, visit.teamKey)
  const settledAt = (await reconciliations.wroteAt(roster.id)) + QUIET_AFTER_WRITE_MS
  if (requested === null && settledAt > clock.now()) return planNext(visit, roster, settledAt)

  const standing = await store.standing(roster.id)
  if (requested === null && (await isQuiet(visit, roster, standing))) {
    await store.putStanding(roster.id, {
      ...standing,
      lastReconcile: { id: null, at: clock.now(), outcome: 'in_sync' },
    })
    return planNext(visit, roster)
  }
  const record = requested ?? newReconciliation(roster, clock.now())
  try {
    await compareAndApply(visit, roster, record, settledAt > clock.now())
  } catch (error) {
    if (!isAppError(error)) throw error
    await reconciliations.put({
      ...record,
      status: 'failed',
      updatedAt: clock.now(),
      problem: { code: error.code, detail: error.message, at: clock.now() },
    })
    throw error
  } finally {
    await planNext(visit, roster)
  }
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

async function compareAndApply(
  visit: Visit,
  roster: Roster,
  record: Reconciliation,
  wroteJustNow: boolean,
): Promise<void> {
  const { store, clock } = visit.deps
  const reconciliations = createReconciliations(store.redis, visit.teamKey)
  // Before the listing: what is recorded meanwhile has its own job, and shows as work under way afterwards.
  const rows = await readGroup(sessionOf(visit), roster.group.id)
  if (rows === null) return noteIncomplete(visit, roster, record, reconciliations)
  const records = await readRoster(store.members(visit.teamKey, roster.id))
  const compared = compareGroup(rows, records.values())
  const plan = await toPlan(visit, roster, record, compared, records, rows.length)
  if (!record.dryRun) {
    await applySeen(visit, roster, compared.seen)
    // A row that is missing or lingers this soon after our own write proves nothing.
    if (!wroteJustNow) await putBack(visit, roster, compared)
    if (plan.status === 'running' && !wroteJustNow) await removeAll(visit, roster, compared, plan, reconciliations)
  }
  if (plan.status === 'running') plan.status = 'done'
  await reconciliations.put({ ...plan, updatedAt: clock.now() })
  await noteStanding(visit, roster, plan, compared)
  if (plan.status === 'held') await tellHeld(visit, roster, plan)
}

async function toPlan(
  visit: Visit,
  roster: Roster,
  record: Reconciliation,
  compared: GroupComparison,
  records: ReadonlyMap<string, MemberRecord>,
  read: number,
): Promise<Reconciliation> {
  const reconciliations = createReconciliations(visit.deps.store.redis, visit.teamKey)
  const removesUnmanaged = roster.unmanagedTesters === 'remove'
  const removals = compared.lingering.length + (removesUnmanaged ? compared.unmanaged.length : 0)
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals,
    size: read,
    recentShares: await reconciliations.recentShares(visit.deps.clock.now() - DAY_MS),
    empties: removals > 0 && removals === read && [...records.values()].some(({ desired }) => desired.present),
    allowEmpty: false,
  })
  const back = roster.removedByHand === 'restore' ? compared.vanished.length : 0
  const add = compared.missing.length + back
  return {
    ...record,
    status: verdict.held ? 'held' : 'running',
    held: verdict.held ? verdict.reason : null,
    progress: { read, total: read, converged: compared.seen.length, toConverge: compared.seen.length + add + removals },
    plan: {
      add,
      update: compared.seen.length,
      remove: removals,
      unchanged: Math.max(0, read - removals - compared.seen.length),
    },
    removals: compared.lingering.map((item) => item.record.id),
    unmanaged: compared.unmanaged.map((row) => ({ testerId: row.id, email: row.email })),
    removesUnmanaged,
    revision: await reconciliations.revision(roster.id),
  }
}

async function removeAll(
  visit: Visit,
  roster: Roster,
  compared: GroupComparison,
  plan: Reconciliation,
  reconciliations: Reconciliations,
): Promise<void> {
  if (plan.plan.remove === 0) return
  const share = plan.plan.remove / Math.max(1, plan.progress.read)
  await reconciliations.noteRemoval(roster.id, plan.id, share, visit.deps.clock.now())
  await removeLingering(visit, roster, compared.lingering)
  if (plan.removesUnmanaged)
    await removeUnmanaged(
      visit,
      roster,
      plan.unmanaged.map(({ testerId }) => testerId),
    )
}

async function noteIncomplete(
  visit: Visit,
  roster: Roster,
  record: Reconciliation,
  reconciliations: Reconciliations,
): Promise<void> {
  const { store, clock, log } = visit.deps
  const detail = 'Apple’s listing of the group was not complete, so nothing was concluded from it.'
  log.warn({ event: 'reconcile.incomplete', roster: roster.id }, 'reconcile.incomplete')
  await reconciliations.put({
    ...record,
    status: 'failed',
    updatedAt: clock.now(),
    problem: { code: 'apple_answer_unreadable', detail, at: clock.now() },
  })
  const standing = await store.standing(roster.id)
  await store.putStanding(roster.id, {
    ...standing,
    lastReconcile: { id: record.id, at: clock.now(), outcome: 'incomplete' },
  })
}

async function noteStanding(
  visit: Visit,
  roster: Roster,
  plan: Reconciliation,
  compared: GroupComparison,
): Promise<void> {
  const { store, clock } = visit.deps
  const used = await sessionOf(visit).countAppTesters(roster.app.id)
  const changed = plan.plan.add + plan.plan.update + plan.plan.remove > 0
  const removed = plan.status === 'done' && plan.removesUnmanaged && !plan.dryRun ? compared.unmanaged.length : 0
  await store.putStanding(roster.id, {
    lastReconcile: {
      id: plan.id,
      at: clock.now(),
      outcome: plan.status === 'held' ? 'held' : changed ? 'changed' : 'in_sync',
    },
    lastFullAt: clock.now(),
    drift: compared.unmanaged.length - removed,
    seats: used === null ? null : { used, limit: SEATS_LIMIT },
  })
}

async function tellHeld(visit: Visit, roster: Roster, plan: Reconciliation): Promise<void> {
  const { store, clock } = visit.deps
  await createFacts(store.redis, visit.teamKey).add([
    {
      type: 'roster.held',
      roster: roster.id,
      sequence: await store.nextSequence(visit.teamKey, `roster:${roster.id}`),
      reconciliation: plan.id,
      problem: null,
      at: clock.now(),
    },
  ])
}

/** Spread by jitter, so that a thousand rosters made in one minute are not read in one minute for ever. */
async function planNext(visit: Visit, roster: Roster, at?: number): Promise<void> {
  const { store, clock } = visit.deps
  const every = roster.reconcileEveryMinutes * 60_000
  const next = at ?? clock.now() + every * (0.9 + Math.random() * 0.2)
  await createSchedule(store.redis, visit.teamKey).replan(reconcileTask(roster.id), Math.round(next))
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
