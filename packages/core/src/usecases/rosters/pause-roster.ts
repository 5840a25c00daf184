import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import type { Visit } from '../visit/visit.ts'
import { approvedTask, requestedTask, resumeTask } from '../schedule/tasks.ts'
import { assertSettled } from '../assert-settled.ts'
import { getRoster, rosterNotFound } from '../get-roster.ts'

export interface PauseDeps {
  store: Store
  clock: Clock
}

/** Changes are still recorded, nothing is carried out. Throws not_found, conflict. */
export async function pauseRoster(deps: PauseDeps, id: string): Promise<Roster> {
  return setPaused(deps, id, true)
}

/** What was waiting is carried out. Throws not_found, conflict. */
export async function resumeRoster(deps: PauseDeps, id: string): Promise<Roster> {
  const before = await getRoster(deps, id)
  assertSettled(before)
  const { teamKey } = before
  const schedule = deps.store.lane(teamKey).schedule
  // Planned first: whoever dies on the way leaves a roster whose members are looked after.
  await schedule.plan(resumeTask(id), deps.clock.now() + DIED_AFTER_MS)
  const roster = await setPaused(deps, id, false, teamKey)
  await deps.store.lane(teamKey).unpark(id)
  await schedule.replan(resumeTask(id), deps.clock.now())
  await bringPlansForward(deps, roster)
  await deps.store.noteRecorded(teamKey, { awake: false })
  return roster
}

/** No request lasts that long: whoever began it is dead by then. */
const DIED_AFTER_MS = 30_000

/**
 * Once more under the lease: a visit that had read the roster while it was paused parks its members after the resuming. Any later one
 * reads it anew.
 */
export async function unparkResumed(visit: Visit, id: string): Promise<null> {
  const { store, lane } = visit.deps
  const roster = await store.rosters.find(id)
  if (roster && roster.teamKey === visit.teamKey && !roster.paused && !roster.blocked) await lane.unpark(id)
  return null
}

/** Readings that were asked for and plans that were approved meanwhile were put off: they have waited long enough. */
async function bringPlansForward({ store, clock }: PauseDeps, roster: Roster): Promise<void> {
  const { items } = await store.lane(roster.teamKey).reconciliations.list(roster.id, PLANS)
  const schedule = store.lane(roster.teamKey).schedule
  const waiting = items.filter(({ kind, status }) => kind !== 'snapshot' && status === 'running')
  const tasks = waiting.flatMap(({ id }) => [requestedTask(id), approvedTask(id)])
  const dueAt = await schedule.dueAt(tasks)
  await Promise.all(tasks.filter((_, at) => dueAt[at] !== null).map((task) => schedule.plan(task, clock.now())))
}

const PLANS = 50

async function setPaused(deps: PauseDeps, id: string, paused: boolean, teamKey?: string): Promise<Roster> {
  const updatedAt = deps.clock.now()
  const roster = await deps.store.rosters.update(id, (before) => {
    assertSettled(before, teamKey)
    const { pausedAt, ...current } = before
    const since = current.paused ? pausedAt : updatedAt
    return { ...current, paused, ...(paused && since !== undefined ? { pausedAt: since } : {}), updatedAt }
  })
  if (!roster) throw rosterNotFound(id)
  return roster
}
