import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import { reconcileTask } from './tasks.ts'

/** The builds of one app are looked at for all rosters of the lane together. */
export const buildsTask = (appId: string) => `builds:${appId}`
/** One look more, some time after Apple's webhook: reads lag by up to a minute. */
export const buildsAgainTask = (appId: string) => `builds-again:${appId}`

/** What a roster needs without being asked for: its builds are looked at now and then, its group is read now and then. */
export async function planRosterTasks(deps: { store: Store; clock: Clock }, roster: Roster): Promise<void> {
  const schedule = deps.store.lane(roster.teamKey).schedule
  const now = deps.clock.now()
  await schedule.plan(buildsTask(roster.app.id), now)
  await schedule.plan(reconcileTask(roster.id), nextReconcileAt(roster, now))
  await deps.store.ready.ring(roster.teamKey)
}

/** Spread by jitter, so that a thousand rosters made in one minute are not read in one minute. */
export function nextReconcileAt(roster: Roster, now: number): number {
  return Math.round(now + roster.reconcileEveryMinutes * 60_000 * (0.9 + Math.random() * 0.2))
}
