import type { Clock } from '../../domain/clock.ts'
import type { Log } from '../../log.ts'
import type { Store } from '../../store/index.ts'
import { reconcileTask } from './tasks.ts'
import { buildsTask, nextReconcileAt } from './plan-roster-tasks.ts'

export interface TaskSweepDeps {
  store: Store
  clock: Clock
  log: Log
  buildWatchMs: number
}

/** Lanes looked at in one sweep, and how often there is one, by any worker; more lanes take turns. */
const PAGE = 500
const EVERY_MS = 25_000

/**
 * The guarantee behind the schedules, and behind the making of rosters: one whose tasks were never planned, or were lost, gets them, and a lane that is in
 * no ready index is rung for its next task. All workers call it, one of them looks at the next lanes in turn, and returns how many
 * tasks it planned; null where it was another's turn.
 */
export async function sweepTasks(deps: TaskSweepDeps): Promise<number | null> {
  const { store, log } = deps
  if (!(await store.takeTask('sweep-tasks', EVERY_MS))) return null
  const lanes = await store.laneIds()
  const from = (await store.countSweep()) % Math.max(1, Math.ceil(lanes.length / PAGE))
  let planned = 0
  for (const lane of lanes.slice(from * PAGE, (from + 1) * PAGE)) planned += await sweepLane(deps, lane)
  if (planned > 0) log.info({ event: 'schedule.swept', planned }, 'schedule.swept')
  return planned
}

async function sweepLane(deps: TaskSweepDeps, lane: string): Promise<number> {
  const { store, clock, buildWatchMs } = deps
  const ids = await store.rostersOf(lane)
  if (ids.length === 0) return 0
  const rosters = [...(await store.rosters.findMany(ids)).values()].filter((roster) => roster.teamKey === lane)
  await store.lane(lane).noteMissingBirths(rosters.filter(({ deleting }) => !deleting))
  const now = clock.now()
  const wanted = new Map<string, number>()
  for (const roster of rosters) {
    wanted.set(buildsTask(roster.app.id), Math.round(now + buildWatchMs * Math.random()))
    wanted.set(reconcileTask(roster.id), nextReconcileAt(roster, now))
  }
  const schedule = store.lane(lane).schedule
  const dueAt = await schedule.dueAt([...wanted.keys()])
  const missing = [...wanted].filter((_, at) => dueAt[at] === null)
  for (const [task, at] of missing) await schedule.plan(task, at)
  await ringForgotten(deps, lane)
  return missing.length
}

async function ringForgotten({ store, clock }: TaskSweepDeps, lane: string): Promise<void> {
  const [visitAt] = await store.ready.dueAt([lane])
  if (visitAt !== null) return
  // A paused lane is rung when it is resumed.
  if (await store.lane(lane).isPaused()) return
  const nextAt = await store.lane(lane).schedule.nextAt()
  if (nextAt !== null) await store.ready.ring(lane, nextAt - clock.now())
}
