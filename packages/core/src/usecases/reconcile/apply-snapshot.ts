import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, ERROR_RULES } from '../../errors.ts'
import type { PlanStep } from '../../store/index.ts'
import { noteRosterActivity } from '../activity/index.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { draftPlan, type DraftDeps, type DraftedPlan, type SnapshotInput } from './draft-plan.ts'
import type { Estimate } from './estimate.ts'
import type { SnapshotPlan } from './plan-snapshot.ts'
import { recordLeaves, recordRows } from './record-plan.ts'
import { approvedTask, GOES_ON_AFTER_MS } from '../schedule/tasks.ts'
import { tellPlan } from './tell-plan.ts'

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
 * person. Throws `rate_limited` while another list of this roster is being recorded, and `store_unavailable` where the roster was deleted, or is
 * moving, meanwhile.
 */
export async function applySnapshot(deps: IntakeDeps & DraftDeps, input: SnapshotInput): Promise<SnapshotResult> {
  const { roster } = input
  if (input.dryRun) return { reconciliation: null, ...(await draftPlan(deps, input)), isIdle: true }
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const id = randomUUID()
  if (!(await reconciliations.begin(roster.id, id))) {
    throw new AppError('rate_limited', {
      message: `Another list of roster "${roster.id}" is being recorded; send this one again in a moment.`,
      retryAfterMs: 2_000,
    })
  }
  try {
    const draft = await draftPlan(deps, input)
    const accepted = await recordRows(deps, roster, draft.plan, { time: draft.at, isHeld: draft.held !== null })
    const record = toRecord(deps, roster, id, draft, accepted)
    // The plan belongs where its rows have gone.
    const current = (await deps.store.rosters.find(roster.id)) ?? roster
    const here = { ...roster, teamKey: current.teamKey }
    const lane = deps.store.lane(here.teamKey)
    const removesNow = draft.held === null && record.removals.length + draft.plan.clear.length > 0
    const replaces = await heldBefore(deps, here)
    const told = await tellPlan(deps, record, replaces.length)
    const step = removesNow ? stepOfRemoval(record, draft.plan) : {}
    await lane.reconciliations.put(here, record, { told, replaces, ...step })
    noteRosterActivity(deps, here, { kind: 'list', text: describe(record) })
    if (removesNow) {
      await recordLeaves(deps, here, record, { removals: record.removals })
      await lane.schedule.drop(approvedTask(record.id))
    }
    const isIdle = replaces.length === 0 && draft.held === null && changesOf(draft.plan) === 0
    return { reconciliation: record, ...draft, isIdle }
  } finally {
    await reconciliations.end(roster.id, id)
  }
}

/** The lane goes on with the removals where we die on the way, with the same names. */
function stepOfRemoval({ id, startedAt: now, removals }: Reconciliation, { clear, size }: SnapshotPlan): PlanStep {
  return {
    task: { name: approvedTask(id), at: now + GOES_ON_AFTER_MS },
    removal: { removals: removals.length + clear.length, size, now },
  }
}

const changesOf = ({ add, update, remove }: SnapshotPlan) => add.length + update.length + remove.length

/** Only the newest list counts: a plan that waits for approval is replaced by it. */
async function heldBefore(deps: IntakeDeps, roster: Roster): Promise<NonNullable<PlanStep['replaces']>> {
  const held = await deps.store.lane(roster.teamKey).reconciliations.listHeld(roster.id)
  const rejected = { status: 'rejected', reason: 'A newer list replaced it.', updatedAt: deps.clock.now() } as const
  return held.filter(({ kind }) => kind === 'snapshot').map((item) => [item, { ...item, ...rejected }])
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

function describe({ plan, held, id, kept = [] }: Reconciliation): string {
  const counts = `${plan.add} to add, ${plan.update} to change, ${plan.remove} to remove, ${plan.unchanged} as they are`
  const protectedOnes = kept.length === 0 ? '' : `; ${kept.length} protected, who stay`
  return `A list of the whole roster: ${counts}${protectedOnes}${held === null ? '' : '; its removals are held'} (plan ${id}).`
}
