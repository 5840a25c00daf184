import { randomUUID } from 'node:crypto'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { createFacts, createReconciliations, type MemberRecord } from '../../store/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { estimateChanges, type Estimate, type EstimateDeps } from './estimate.ts'
import { planSnapshot, type SnapshotPlan, type SnapshotRow } from './plan-snapshot.ts'
import { readRoster } from './read-roster.ts'
import { recordLeaves, recordRows } from './record-plan.ts'

export interface SnapshotInput {
  roster: Roster
  rows: SnapshotRow[]
  dryRun: boolean
  allowEmpty: boolean
}

export interface SnapshotResult {
  /** null for a dry run: nothing was recorded. */
  reconciliation: Reconciliation | null
  plan: SnapshotPlan
  held: Reconciliation['held']
  estimate: Estimate
}

const DAY_MS = 86_400_000

/**
 * Makes a roster equal to a whole list. Joins and updates are recorded at once; removals too, unless the guard holds them for a
 * person. Throws `conflict` while another list of this roster is being recorded.
 */
export async function applySnapshot(deps: IntakeDeps & EstimateDeps, input: SnapshotInput): Promise<SnapshotResult> {
  const { roster } = input
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  const id = randomUUID()
  if (input.dryRun) {
    const plan = planSnapshot(input.rows, await readRoster(deps.store.members(roster.teamKey, roster.id)))
    return {
      reconciliation: null,
      plan,
      held: await judge(deps, input, plan),
      estimate: await estimateChanges(deps, roster, plan),
    }
  }
  if (!(await reconciliations.begin(roster.id, id))) {
    throw new AppError('conflict', {
      message: `Another list of roster "${roster.id}" is being recorded; send it again in a moment.`,
    })
  }
  try {
    const plan = planSnapshot(input.rows, await readRoster(deps.store.members(roster.teamKey, roster.id)))
    const held = await judge(deps, input, plan)
    const estimate = await estimateChanges(deps, roster, plan)
    await replaceHeld(deps, roster)
    await recordRows(deps, roster, id, plan)
    const record = toRecord(deps, input, id, plan, held)
    record.revision = await reconciliations.revision(roster.id)
    await reconciliations.put(record)
    if (held === null && plan.remove.length > 0) await removeNow(deps, roster, record, plan)
    if (held !== null) await tellHeld(deps, roster, record)
    return { reconciliation: record, plan, held, estimate }
  } finally {
    await reconciliations.end(roster.id, id)
  }
}

async function judge(deps: IntakeDeps, input: SnapshotInput, plan: SnapshotPlan): Promise<Reconciliation['held']> {
  const { roster } = input
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals: plan.remove.length,
    size: plan.size,
    recentShares: await reconciliations.recentShares(deps.clock.now() - DAY_MS),
    empties: input.rows.length === 0 && plan.size > 0,
    allowEmpty: input.allowEmpty,
  })
  return verdict.held ? verdict.reason : null
}

async function removeNow(deps: IntakeDeps, roster: Roster, record: Reconciliation, plan: SnapshotPlan): Promise<void> {
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  await reconciliations.noteRemoval(roster.id, record.id, plan.remove.length / plan.size, deps.clock.now())
  await recordLeaves(deps, roster, record.id, record.removals, record.startedAt)
}

/** Only the newest list counts: a plan that waits for approval is replaced by it. */
async function replaceHeld(deps: IntakeDeps, roster: Roster): Promise<void> {
  const reconciliations = createReconciliations(deps.store.redis, roster.teamKey)
  const { items } = await reconciliations.list(roster.id, 50)
  for (const item of items) {
    if (item.status !== 'held' || item.kind !== 'snapshot') continue
    await reconciliations.put({
      ...item,
      status: 'rejected',
      reason: 'A newer list replaced it.',
      updatedAt: deps.clock.now(),
    })
  }
}

function toRecord(
  deps: IntakeDeps,
  { roster }: SnapshotInput,
  id: string,
  plan: SnapshotPlan,
  held: Reconciliation['held'],
): Reconciliation {
  const now = deps.clock.now()
  const changes = plan.add.length + plan.update.length + (held === null ? plan.remove.length : 0)
  const read = plan.add.length + plan.update.length + plan.unchanged
  return {
    v: 1,
    id,
    roster: roster.id,
    kind: 'snapshot',
    status: held !== null ? 'held' : changes === 0 ? 'done' : 'running',
    dryRun: false,
    startedAt: now,
    updatedAt: now,
    progress: { read, total: read, converged: 0, toConverge: changes },
    plan: { add: plan.add.length, update: plan.update.length, remove: plan.remove.length, unchanged: plan.unchanged },
    removals: plan.remove.map((record: MemberRecord) => record.id),
    unmanaged: [],
    removesUnmanaged: false,
    revision: 0,
    held,
    approvedAt: null,
    decidedBy: null,
    reason: null,
    problem: null,
  }
}

async function tellHeld(deps: IntakeDeps, roster: Roster, record: Reconciliation): Promise<void> {
  await createFacts(deps.store.redis, roster.teamKey).add([
    {
      type: 'roster.held',
      roster: roster.id,
      sequence: await deps.store.nextSequence(roster.teamKey, `roster:${roster.id}`),
      reconciliation: record.id,
      problem: null,
      at: record.startedAt,
    },
  ])
}
