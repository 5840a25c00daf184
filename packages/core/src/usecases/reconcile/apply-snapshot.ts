import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, ERROR_RULES } from '../../errors.ts'
import { noteRosterActivity } from '../activity/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { draftPlan, type DraftDeps, type DraftedPlan, type SnapshotInput } from './draft-plan.ts'
import type { Estimate } from './estimate.ts'
import type { SnapshotPlan } from './plan-snapshot.ts'
import { recordLeaves, recordRows } from './record-plan.ts'
import { approvedTask, GOES_ON_AFTER_MS } from '../schedule/tasks.ts'
import { tellDecided, tellHeld } from './tell-plan.ts'

/** What a whole list changes, and whether it waits for a person. */
export interface SnapshotResult {
  /** null for a dry run: nothing was recorded. */
  reconciliation: Reconciliation | null
  plan: SnapshotPlan
  held: Reconciliation['held']
  estimate: Estimate
  /** Nobody joins, leaves or changes by it, and no plan that waited for an approval gave way to it. */
  isIdle: boolean
}

/**
 * Makes a roster equal to a whole list. Joins and updates are recorded at once; removals too, unless the guard holds them for a
 * person. Throws `rate_limited` while another list of this roster is being recorded.
 */
export async function applySnapshot(deps: IntakeDeps & DraftDeps, input: SnapshotInput): Promise<SnapshotResult> {
  const { roster } = input
  if (input.dryRun) return { reconciliation: null, ...(await draftPlan(deps, input)), isIdle: true }
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const id = randomUUID()
  if (!(await reconciliations.begin(roster.id, id))) {
    throw new AppError('rate_limited', {
      message: `Another list of roster "${roster.id}" is being recorded; send it again in a moment.`,
      retryAfterMs: 2_000,
    })
  }
  try {
    const draft = await draftPlan(deps, input)
    const replaced = await replaceHeld(deps, roster)
    const accepted = await recordRows(deps, roster, draft.plan, { time: draft.at, isHeld: draft.held !== null })
    const record = toRecord(deps, roster, id, draft, accepted)
    const removesNow = draft.held === null && record.removals.length + draft.plan.clear.length > 0
    if (removesNow) await planRemoval(deps, roster, record)
    await reconciliations.put(record)
    noteRosterActivity(deps, roster, { kind: 'list', text: tellPlan(record) })
    if (removesNow) await removeNow(deps, roster, record, draft.plan)
    if (draft.held !== null) await tellHeld(deps, roster, record)
    else if (replaced > 0) await tellDecided(deps, roster, record.startedAt)
    const isIdle = replaced === 0 && draft.held === null && changesOf(draft.plan) === 0
    return { reconciliation: record, ...draft, isIdle }
  } finally {
    await reconciliations.end(roster.id, id)
  }
}

/** Before it is begun: the lane goes on with it where we die on the way, with the same names. */
async function planRemoval(deps: IntakeDeps, roster: Roster, { id, startedAt }: Reconciliation): Promise<void> {
  await deps.store.lane(roster.teamKey).schedule.plan(approvedTask(id), startedAt + GOES_ON_AFTER_MS)
}

async function removeNow(deps: IntakeDeps, roster: Roster, record: Reconciliation, plan: SnapshotPlan): Promise<void> {
  await deps.store.lane(roster.teamKey).reconciliations.noteRemoval({
    roster: roster.id,
    id: record.id,
    removals: record.removals.length + plan.clear.length,
    size: plan.size,
    now: record.startedAt,
  })
  await recordLeaves(deps, roster, record, { removals: record.removals })
  await deps.store.lane(roster.teamKey).schedule.drop(approvedTask(record.id))
}

const changesOf = ({ add, update, remove }: SnapshotPlan) => add.length + update.length + remove.length

/** Only the newest list counts: a plan that waits for approval is replaced by it. Returns how many were. */
async function replaceHeld(deps: IntakeDeps, roster: Roster): Promise<number> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const held = (await reconciliations.listHeld(roster.id)).filter(({ kind }) => kind === 'snapshot')
  for (const item of held) {
    await reconciliations.replace(item, {
      ...item,
      status: 'rejected',
      reason: 'A newer list replaced it.',
      updatedAt: deps.clock.now(),
    })
  }
  return held.length
}

function toRecord(
  { asker }: IntakeDeps,
  roster: Roster,
  id: string,
  { at, plan, held, revision: before }: DraftedPlan,
  accepted: number,
): Reconciliation {
  const changes = plan.add.length + plan.update.length + (held === null ? plan.remove.length : 0)
  const read = plan.add.length + plan.update.length + plan.unchanged
  return {
    v: 1,
    id,
    roster: roster.id,
    kind: 'snapshot',
    status: held !== null ? 'held' : changes === 0 ? 'done' : 'running',
    dryRun: false,
    startedAt: at,
    updatedAt: at,
    progress: { read, total: read, converged: 0, toConverge: changes },
    plan: { add: plan.add.length, update: plan.update.length, remove: plan.remove.length, unchanged: plan.unchanged },
    removals: plan.remove,
    added: plan.add.map((row) => row.id),
    updated: plan.update.map((row) => row.id),
    ...(plan.kept.length > 0 ? { kept: plan.kept.map((id) => ({ id, reason: 'protected' as const })) } : {}),
    ...(held !== null && plan.clear.length > 0 ? { cleared: plan.clear } : {}),
    unmanaged: [],
    removesUnmanaged: false,
    revision: before + accepted,
    held,
    approvedAt: null,
    decidedBy: null,
    reason: null,
    ...(asker ? { by: asker.by } : {}),
    problem: held === 'list_unclear' ? { code: 'list_unclear', detail: ERROR_RULES.list_unclear.title, at } : null,
  }
}

function tellPlan({ plan, held, id, kept = [] }: Reconciliation): string {
  const counts = `${plan.add} to add, ${plan.update} to change, ${plan.remove} to remove, ${plan.unchanged} as they are`
  const protectedOnes = kept.length === 0 ? '' : `; ${kept.length} protected, who stay`
  return `A list of the whole roster: ${counts}${protectedOnes}${held === null ? '' : '; its removals are held'} (plan ${id}).`
}
