import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { createReconciliations, createSchedule } from '../../store/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { recordLeaves } from './record-plan.ts'

export interface Decision {
  roster: Roster
  id: string
  /** Who decided, and why. */
  by: string
  reason: string | null
}

/**
 * Approves the very plan that was shown. Where the roster has accepted changes since, a fresh held plan takes its place and
 * `plan_changed` is thrown, naming it.
 */
export async function approveReconciliation(deps: IntakeDeps, decision: Decision): Promise<Reconciliation> {
  const { roster } = decision
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  const record = await getHeld(deps, decision)
  if ((await reconciliations.revision(roster.id)) !== record.revision) {
    const fresh = await planAgain(deps, roster, record)
    throw new AppError('plan_changed', {
      message: `Roster "${roster.id}" has changed since this plan was shown; look at its successor ${fresh.id}.`,
      details: { reconciliation: fresh.id },
    })
  }
  const now = deps.clock.now()
  const approved: Reconciliation = {
    ...record,
    status: 'running',
    held: null,
    approvedAt: now,
    updatedAt: now,
    decidedBy: decision.by,
    reason: decision.reason,
    progress: { ...record.progress, toConverge: record.progress.toConverge + record.removals.length },
  }
  // Kept first: a death from here on is gone on with by the lane's next visit, never beyond these names.
  await reconciliations.put(approved)
  await createSchedule(deps.store.redis, roster.teamKey).plan(`approved:${approved.id}`, now)
  const size = record.removals.length + Math.max(0, (await presentCount(deps, roster)) - record.removals.length)
  await reconciliations.noteRemoval(roster.id, record.id, size === 0 ? 0 : record.removals.length / size, now)
  if (record.kind === 'snapshot') await recordLeaves(deps, roster, record.id, record.removals, record.startedAt)
  await deps.store.ready.ring(roster.teamKey)
  return approved
}

export async function rejectReconciliation(deps: IntakeDeps, decision: Decision): Promise<Reconciliation> {
  const record = await getHeld(deps, decision)
  const rejected: Reconciliation = {
    ...record,
    status: 'rejected',
    updatedAt: deps.clock.now(),
    decidedBy: decision.by,
    reason: decision.reason,
  }
  await createReconciliations(deps.store.redis, decision.roster.teamKey).put(rejected)
  return rejected
}

async function getHeld(deps: IntakeDeps, { roster, id }: Decision): Promise<Reconciliation> {
  const record = await createReconciliations(deps.store.redis, roster.teamKey).find(id)
  if (!record || record.roster !== roster.id)
    throw new AppError('not_found', { message: `There is no reconciliation ${id}.` })
  if (record.status !== 'held') {
    throw new AppError('conflict', {
      message: `Reconciliation ${id} is ${record.status}, it does not wait for a decision.`,
    })
  }
  return record
}

/** The same plan as the roster is now: whoever left or came back meanwhile is no longer part of it. */
async function planAgain(deps: IntakeDeps, roster: Roster, record: Reconciliation): Promise<Reconciliation> {
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  const members = await deps.store.members(roster.teamKey, roster.id).findMany(record.removals)
  const removals = record.removals.filter((_, at) => {
    const desired = members[at]?.desired
    if (!desired) return false
    return record.kind === 'reconcile' ? !desired.present : desired.present && desired.at <= record.startedAt
  })
  const now = deps.clock.now()
  await reconciliations.put({
    ...record,
    status: 'rejected',
    reason: 'The roster changed; a fresh plan replaced it.',
    updatedAt: now,
  })
  const fresh: Reconciliation = {
    ...record,
    id: randomUUID(),
    removals,
    plan: { ...record.plan, remove: removals.length },
    revision: await reconciliations.revision(roster.id),
    startedAt: now,
    updatedAt: now,
  }
  await reconciliations.put(fresh)
  return fresh
}

async function presentCount(deps: IntakeDeps, roster: Roster): Promise<number> {
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  return Object.values(counts).reduce((sum, count) => sum + count, 0) - counts.removed
}
