import { randomUUID } from 'node:crypto'
import { judgeRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import { noteRosterActivity, type ActivityDeps } from '../activity/index.ts'
import { approvedTask } from '../schedule/tasks.ts'
import { tellPlan } from '../reconcile/tell-plan.ts'
import { planReclaim, type ReclaimPlan } from '../idle/plan-reclaim.ts'

const DAY_MS = 86_400_000

export type ReclaimDeps = Parameters<typeof planReclaim>[0] & ActivityDeps

/**
 * Takes the seats of idle testers back, or plans it: at once where the guard allows, after an approval otherwise. Asked for by hand it
 * waits for no grace. `members`: only of these, null: of all candidates. Throws idle_rule_missing, and rate_limited while another plan
 * of the roster is being recorded.
 */
export async function startReclaim(
  deps: ReclaimDeps,
  { roster, dryRun, members }: { roster: Roster; dryRun: boolean; members: readonly string[] | null },
): Promise<Reconciliation> {
  if (roster.idle === null) throw new AppError('idle_rule_missing')
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const id = randomUUID()
  if (!(await reconciliations.begin(roster.id, id))) {
    throw new AppError('rate_limited', {
      message: `Another plan of roster "${roster.id}" is being recorded; send this again in a moment.`,
      retryAfterMs: 2_000,
    })
  }
  try {
    const record = await draftReclaim(deps, roster, await planReclaim(deps, roster, members), { id, dryRun })
    await recordReclaim(deps, roster, record)
    return record
  } finally {
    await reconciliations.end(roster.id, id)
  }
}

export async function draftReclaim(
  deps: ReclaimDeps,
  roster: Roster,
  { idle, kept }: ReclaimPlan,
  { id, dryRun }: { id: string; dryRun: boolean },
): Promise<Reconciliation> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const now = deps.clock.now()
  const counts = await deps.store.members(roster.teamKey, roster.id).counts()
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0)
  const size = Math.max(idle.length, all - counts.removed - counts.reclaimed)
  const verdict = judgeRemovals({
    settings: roster.removalGuard,
    removals: idle.length,
    size,
    recent: await reconciliations.recentRemovals(now - DAY_MS),
    empties: idle.length === size,
    allowEmpty: false,
  })
  const isHeld = verdict.held && !dryRun
  return {
    v: 1,
    id,
    roster: roster.id,
    kind: 'reclaim',
    status: isHeld ? 'held' : dryRun || idle.length === 0 ? 'done' : 'running',
    dryRun,
    startedAt: now,
    updatedAt: now,
    progress: { read: 0, total: idle.length, converged: 0, toConverge: isHeld || dryRun ? 0 : idle.length },
    plan: { add: 0, update: 0, remove: idle.length, unchanged: size - idle.length },
    removals: idle.map((one) => one.id),
    idle,
    ...(kept.length > 0 ? { kept } : {}),
    unmanaged: [],
    removesUnmanaged: false,
    revision: await reconciliations.revision(roster.id),
    // Of a dry run as well: what the real one would meet.
    held: verdict.held ? verdict.reason : null,
    approvedAt: null,
    decidedBy: null,
    reason: null,
    ...(deps.asker ? { by: deps.asker.by } : {}),
    problem: null,
  }
}

/** Keeps a plan, and begins with it where nobody has to be asked. A newer one replaces one that waits. */
export async function recordReclaim(deps: ReclaimDeps, roster: Roster, record: Reconciliation): Promise<void> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const earlier = record.dryRun ? [] : (await reconciliations.listHeld(roster.id)).filter(isReclaim)
  const rejected = { status: 'rejected', reason: 'A newer plan replaced it.', updatedAt: record.startedAt } as const
  const isRunning = record.status === 'running'
  await reconciliations.put(roster, record, {
    told: await tellPlan(deps, record, earlier.length),
    replaces: earlier.map((item) => [item, { ...item, ...rejected }]),
    ...(isRunning ? { task: { name: approvedTask(record.id), at: record.startedAt } } : {}),
  })
  noteRosterActivity(deps, roster, { kind: 'reconcile', text: tellReclaim(record) })
  if (isRunning) await deps.store.ready.ring(roster.teamKey)
}

const isReclaim = ({ kind }: Pick<Reconciliation, 'kind'>) => kind === 'reclaim'

function tellReclaim({ plan, status, dryRun, id, kept = [] }: Reconciliation): string {
  const ending = dryRun ? '; a dry run, nothing was changed' : status === 'held' ? '; held' : ''
  const staying = kept.length === 0 ? '' : `, ${kept.length} who keep theirs`
  return `Seats of people who do not use them: ${plan.remove} to take back${staying}${ending} (plan ${id}).`
}
