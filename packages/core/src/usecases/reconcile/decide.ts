import { randomUUID } from 'node:crypto'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Desired } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { IntakeDeps } from '../intake/index.ts'
import { inChunks } from '../lists.ts'
import { planReclaim } from '../idle/plan-reclaim.ts'
import { recordLeaves } from './record-plan.ts'
import { stillUnmanaged } from './still-unmanaged.ts'
import { approvedTask, GOES_ON_AFTER_MS } from '../schedule/tasks.ts'
import { tellDecided, tellHeld } from './tell-plan.ts'

/** A person's answer to a plan that was held back. */
export interface Decision {
  roster: Roster
  id: string
  /** Who decided, and why. */
  by: string
  reason: string | null
}

/**
 * Approves the very plan that was shown. Where the people whom it would remove are others by now, a fresh held plan takes its
 * place and `plan_changed` is thrown, naming it.
 */
export async function approveReconciliation(deps: IntakeDeps, decision: Decision): Promise<Reconciliation> {
  const { roster } = decision
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const record = await getHeld(deps, decision)
  const leaving = await whoWouldLeave(deps, roster, record)
  if (!isAsShown(record, leaving)) {
    const fresh = await planAgain(deps, roster, record, leaving)
    throw new AppError('plan_changed', {
      message: `Other people than shown would now leave roster "${roster.id}"; look at the fresh plan ${fresh.id}.`,
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
    progress: { ...record.progress, toConverge: record.progress.toConverge + peopleOf(record) },
  }
  // In one step with its task: after a death from here on the lane finishes it, never beyond these names.
  const dueAt = record.kind === 'snapshot' ? now + GOES_ON_AFTER_MS : now
  const task = { name: approvedTask(record.id), at: dueAt }
  const told = await tellDecided(deps, roster.id, now)
  if (!(await reconciliations.replace(record, approved, { task, told }))) throw decidedMeanwhile(record.id)
  if (record.kind === 'snapshot') {
    await recordLeaves(deps, roster, record, record)
    await deps.store.lane(roster.teamKey).schedule.drop(approvedTask(record.id))
  }
  await deps.store.ready.ring(roster.teamKey)
  return approved
}

/** Drops a held plan: its removals don't happen. Throws not_found, and conflict where it is not held any more. */
export async function rejectReconciliation(deps: IntakeDeps, decision: Decision): Promise<Reconciliation> {
  const record = await getHeld(deps, decision)
  const rejected: Reconciliation = {
    ...record,
    status: 'rejected',
    updatedAt: deps.clock.now(),
    decidedBy: decision.by,
    reason: decision.reason,
  }
  const reconciliations = deps.store.lane(decision.roster.teamKey).reconciliations
  const told = await tellDecided(deps, record.roster, rejected.updatedAt)
  if (!(await reconciliations.replace(record, rejected, { told }))) throw decidedMeanwhile(record.id)
  return rejected
}

function decidedMeanwhile(id: string): AppError {
  const message = `Reconciliation ${id} was decided by somebody else, or its roster moved to another team key, meanwhile: look at it again.`
  return new AppError('conflict', { message })
}

async function getHeld(deps: IntakeDeps, { roster, id }: Decision): Promise<Reconciliation> {
  const record = await deps.store.lane(roster.teamKey).reconciliations.find(id)
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

/**
 * Closes plans of removals that events asked for, once everybody whom they name is there again or gone: nobody is to decide about a
 * plan that would do nothing. Returns their ids.
 */
export async function closeOvertaken(deps: IntakeDeps, roster: Roster): Promise<string[]> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const closed: string[] = []
  for (const { id } of await reconciliations.listHeld(roster.id)) {
    const record = await reconciliations.find(id)
    if (record?.status !== 'held' || record.fromEvents !== true || (await namesSomebody(deps, roster, record))) continue
    const updatedAt = deps.clock.now()
    const reason = 'Nobody whom it names would leave any more.'
    const told = await tellDecided(deps, roster.id, updatedAt)
    const rejected: Reconciliation = { ...record, status: 'rejected', reason, updatedAt }
    if (await reconciliations.replace(record, rejected, { told })) closed.push(id)
  }
  return closed
}

/** Looks no further than the first one who would still leave. */
async function namesSomebody(deps: IntakeDeps, roster: Roster, record: Reconciliation): Promise<boolean> {
  for (const removals of inChunks(record.removals, CHUNK)) {
    if ((await whoWouldLeave(deps, roster, { ...record, removals, unmanaged: [] })).removals.length > 0) return true
  }
  return false
}

const CHUNK = 500

type Leaving = Required<Pick<Reconciliation, 'removals' | 'cleared' | 'unmanaged' | 'kept'>>

const peopleOf = ({ removals, cleared = [] }: Pick<Reconciliation, 'removals' | 'cleared'>) =>
  removals.length + cleared.length

/** Of those whom the plan names, the ones it would still remove: whoever left or came back meanwhile is no longer among them. */
async function whoWouldLeave(deps: IntakeDeps, roster: Roster, record: Reconciliation): Promise<Leaving> {
  if (record.kind === 'reclaim') {
    const { idle, kept } = await planReclaim(deps, roster, record.removals, record.idle)
    return { removals: idle.map(({ id }) => id), cleared: [], unmanaged: [], kept }
  }
  const members = deps.store.members(roster.teamKey, roster.id)
  const keep = async (ids: readonly string[], isStill: (desired: Desired) => boolean) => {
    const kept: string[] = []
    for (const chunk of inChunks(ids, CHUNK)) {
      const found = await members.findMany(chunk)
      kept.push(
        ...chunk.filter((_, at) => {
          const desired = found[at]?.desired
          return desired !== undefined && isStill(desired)
        }),
      )
    }
    return kept
  }
  // Recorded as of the moment the plan was made: whatever came after it wins.
  const isUntouched = ({ present, at, time }: Desired) => present && at <= record.startedAt && time <= record.startedAt
  const removals = await keep(record.removals, record.kind === 'reconcile' ? ({ present }) => !present : isUntouched)
  // The list itself has changed their names since.
  const cleared = await keep(
    record.cleared ?? [],
    ({ present, time, email }) => present && time <= record.startedAt && email !== null,
  )
  const asked = new Set(record.fromEvents || record.kind === 'reconcile' ? [] : [...removals, ...cleared])
  const protections = await deps.store
    .lane(roster.teamKey)
    .roster(roster.id)
    .protections.among([...asked])
  const goes = (id: string) => !protections.has(id)
  return {
    removals: removals.filter(goes),
    cleared: cleared.filter(goes),
    kept: [...protections.keys()].map((id) => ({ id, reason: 'protected' as const })),
    unmanaged: await stillUnmanaged(members, record),
  }
}

function isAsShown(record: Reconciliation, leaving: Leaving): boolean {
  return (
    peopleOf(leaving) === peopleOf(record) &&
    (!record.removesUnmanaged || leaving.unmanaged.length === record.unmanaged.length)
  )
}

/** The same plan as the roster is now. */
async function planAgain(
  deps: IntakeDeps,
  roster: Roster,
  record: Reconciliation,
  { removals, cleared, kept, unmanaged: others }: Leaving,
): Promise<Reconciliation> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const revision = await reconciliations.revision(roster.id)
  // As a list is: whoever joins from now on has done so after it.
  const now = Math.floor(await deps.store.lane(roster.teamKey).time())
  const unmanaged = record.removesUnmanaged ? others.length : 0
  const fresh: Reconciliation = {
    ...record,
    id: randomUUID(),
    removals,
    ...(record.idle ? { idle: record.idle.filter(({ id }) => removals.includes(id)) } : {}),
    ...(cleared.length > 0 || record.cleared ? { cleared } : {}),
    ...(kept.length > 0 ? { kept: [...(record.kept ?? []), ...kept] } : {}),
    unmanaged: record.removesUnmanaged ? others : record.unmanaged,
    plan: { ...record.plan, remove: removals.length + unmanaged },
    revision,
    startedAt: now,
    updatedAt: now,
  }
  const reason = 'The roster changed; a fresh plan replaced it.'
  const replaced: Reconciliation = { ...record, status: 'rejected', reason, updatedAt: now }
  if (!(await reconciliations.replace(record, replaced, { next: fresh, told: tellHeld(fresh) })))
    throw decidedMeanwhile(record.id)
  return fresh
}
