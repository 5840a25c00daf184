import type { Roster } from '../../domain/roster.ts'
import { createSchedule } from '../../store/index.ts'
import { idleTask } from '../schedule/tasks.ts'
import type { Visit } from '../visit/visit.ts'

/** After a reading of the group or of its figures. */
export async function planIdle(visit: Visit, roster: Pick<Roster, 'id' | 'idle'>): Promise<void> {
  if (roster.idle === null || roster.idle.reclaim === 'never') return
  const { store, clock } = visit.deps
  await createSchedule(store.redis, visit.teamKey).plan(idleTask(roster.id), clock.now())
}
