import type { Roster } from '../../domain/roster.ts'
import type { UsageSummary } from '../../domain/usage.ts'
import { usageTask } from '../schedule/tasks.ts'
import type { Visit } from '../visit/visit.ts'

const DAY_MS = 86_400_000

/** Figures that are older than a day are read soon; where nobody wants them, what there is goes. */
export async function planUsage(visit: Visit, roster: Roster): Promise<void> {
  const { store, clock, settings } = visit.deps
  const figures = store.lane(visit.teamKey).roster(roster.id).figures
  const { summary } = await figures.standing()
  if (!settings.testerUsage) {
    if (summary.doubt !== 'off')
      await figures.dropUsages(
        { token: visit.lease.token, createdAt: roster.createdAt },
        { ...summary, readAt: null, days: null, doubt: 'off' },
      )
    return
  }
  if (!isDue(summary, clock.now())) return
  // Apple's figures cover those who installed.
  const { installed } = await store.members(visit.teamKey, roster.id).counts()
  if (installed === 0) return
  await store.lane(visit.teamKey).schedule.plan(usageTask(roster.id), clock.now())
}

export function isDue({ triedAt }: UsageSummary, now: number): boolean {
  return triedAt === null || now - triedAt >= DAY_MS
}
