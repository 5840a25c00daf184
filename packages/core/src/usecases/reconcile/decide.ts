import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { createReconciliations } from '../../store/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { recordLeaves } from './record-plan.ts'
import { approvedTask, GOES_ON_AFTER_MS } from './tasks.ts'

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
  // In one step with its task: a death from here on is gone on with by the lane, never beyond these names.
  const dueAt = record.kind === 'snapshot' ? now + GOES_ON_AFTER_MS : now
  if (!(await reconciliations.replace(record, approved, { name: approvedTask(record.id), at: dueAt }))) {
    throw decidedMeanwhile(record.id)
  }
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
  const reconciliations = createReconciliations(deps.store.redis, decision.roster.teamKey)
  if (!(await reconciliations.replace(record, rejected))) throw decidedMeanwhile(record.id)
  return rejected
}

function decidedMeanwhile(id: string): AppError {
  return new AppError('conflict', { message: `Reconciliation ${id} was decided by somebody else meanwhile.` })
}

async function getHeld(deps: IntakeDeps, { roster, id }: Decision): Promise<Reconciliation> {
  const record = await createReconciliations(deps.store.redis, roster.teamKey).find(id)
  if (!record || record.roster !== roster.id) {
    throw new AppError('not_found', { message: `There is no reconciliation ${id}.` })
  }
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
  // Before the members are read: a change from here on makes the fresh plan a changed one too.
  const revision = await reconciliations.revision(roster.id)
  const now = deps.clock.now()
  const members = await deps.store.members(roster.teamKey, roster.id).findMany(record.removals)
  const removals = record.removals.filter((_, at) => {
    const desired = members[at]?.desired
    if (!desired) return false
    return record.kind === 'reconcile' ? !desired.present : desired.present && desired.at <= record.startedAt
  })
  const replaced = await reconciliations.replace(record, {
    ...record,
    status: 'rejected',
    reason: 'The roster changed; a fresh plan replaced it.',
    updatedAt: now,
  })
  if (!replaced) throw decidedMeanwhile(record.id)
  const unmanaged = record.removesUnmanaged ? record.unmanaged.length : 0
  const fresh: Reconciliation = {
    ...record,
    id: randomUUID(),
    removals,
    plan: { ...record.plan, remove: removals.length + unmanaged },
    revision,
    startedAt: now,
    updatedAt: now,
  }
  await reconciliations.put(fresh)
  return fresh
}
