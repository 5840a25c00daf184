import type { Clock } from '../../domain/clock.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { approvedTask } from '../schedule/tasks.ts'

interface Deps {
  store: Store
  clock: Clock
}

/** A reconciliation of the roster, with the people whom it names. Throws not_found. */
export async function getReconciliation(deps: Deps, roster: Roster, id: string): Promise<Reconciliation> {
  const record = await deps.store.lane(roster.teamKey).reconciliations.find(id)
  if (!record || record.roster !== roster.id) {
    throw new AppError('not_found', { message: `Roster "${roster.id}" has no reconciliation ${id}.` })
  }
  return withProgress(deps, roster, record)
}

/** A page ends sooner where its plans name so many people. */
const NAMES_ON_A_PAGE = 10_000

/** A page of a roster's reconciliations, the newest first; `next` is the cursor of the following page. */
export async function listReconciliations(
  deps: Deps,
  roster: Roster,
  page: { limit: number; after?: string | undefined },
): Promise<{ items: Reconciliation[]; next: string | null }> {
  const reconciliations = deps.store.lane(roster.teamKey).reconciliations
  const { items: heads, next } = await reconciliations.list(roster.id, page.limit, page.after)
  const items: Reconciliation[] = []
  let named = 0
  for (const head of heads) {
    const item = await withProgress(deps, roster, await reconciliations.withNames(head))
    items.push(item)
    named += item.removals.length + item.unmanaged.length
    if (named > NAMES_ON_A_PAGE) return { items, next: items.length < heads.length ? item.id : next }
  }
  return { items, next }
}

/** Seats that were taken back are all free once none of these members is on the way any more. */
async function withReclaimed(deps: Deps, roster: Roster, record: Reconciliation): Promise<Reconciliation> {
  const { read, total } = record.progress
  // Some are not even asked to leave yet.
  if (read !== total) return record
  const members = await deps.store.members(roster.teamKey, roster.id).findMany(record.removals)
  const pending = members.filter((member) => member?.status === 'pending').length
  const progress = { ...record.progress, converged: record.removals.length - pending }
  if (pending > 0) return { ...record, progress }
  const done: Reconciliation = { ...record, progress, status: 'done', updatedAt: deps.clock.now() }
  await deps.store.lane(roster.teamKey).reconciliations.replace(record, done)
  return done
}

/** Until all removals are recorded, nobody is pending for them; the task stays planned so long, in case that whoever records them dies. */
async function isBeingRecorded({ store }: Deps, { teamKey }: Roster, { id }: Reconciliation): Promise<boolean> {
  const [dueAt] = await store.lane(teamKey).schedule.dueAt([approvedTask(id)])
  return dueAt !== null
}

/** A list that was taken over is through once nobody of the roster is pending any more. */
async function withProgress(deps: Deps, roster: Roster, record: Reconciliation): Promise<Reconciliation> {
  if (record.status !== 'running' || record.kind === 'reconcile') return record
  if (record.kind === 'reclaim') return withReclaimed(deps, roster, record)
  const { pending } = await deps.store.members(roster.teamKey, roster.id).counts()
  const converged = Math.max(0, record.progress.toConverge - pending)
  const progress = { ...record.progress, converged }
  if (pending > 0 || (await isBeingRecorded(deps, roster, record))) return { ...record, progress }
  const done: Reconciliation = { ...record, progress, status: 'done', updatedAt: deps.clock.now() }
  await deps.store.lane(roster.teamKey).reconciliations.replace(record, done)
  return done
}
