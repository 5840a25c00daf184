import type { Roster } from '../../domain/roster.ts'
import { idleTask } from '../schedule/tasks.ts'
import type { Visit } from '../visit/visit.ts'

/** After a reading of the group or of its figures. */
export async function planIdle(visit: Visit, roster: Pick<Roster, 'id' | 'idle'>): Promise<void> {
  if (roster.idle === null || roster.idle.reclaim === 'never') return
  const { store, clock } = visit.deps
  await store.lane(visit.teamKey).schedule.plan(idleTask(roster.id), clock.now())
}
