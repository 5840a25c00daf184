import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneReader } from '../lane-overview/lane-status.ts'
import type { SnapshotPlan } from './plan-snapshot.ts'

export interface Estimate {
  /** Calls to App Store Connect. */
  calls: number
  seconds: number
}

export interface EstimateDeps {
  clock: Clock
  lanes: Pick<LaneReader, 'budget'>
}

/** Addresses in one look-up, testers in one relationship call. */
const LOOK_UP = 100
const RELATIONSHIP = 100
const CALLS_A_SECOND = 4
const BULK_SHARE = 0.75

/** What a plan costs: a call a new person at most, look-ups and removals many at once; then as long as the live budget makes it. */
export async function estimateChanges(deps: EstimateDeps, roster: Roster, plan: SnapshotPlan): Promise<Estimate> {
  const entering = plan.add.length + plan.update.length
  const calls = entering + Math.ceil(entering / LOOK_UP) + Math.ceil(plan.remove.length / RELATIONSHIP)
  const { limit, remaining } = await deps.lanes.budget(roster.teamKey)
  const hourly = limit ?? 3_600
  const now = Math.max(0, (remaining ?? hourly) - hourly * (1 - BULK_SHARE))
  const later = Math.max(0, calls - now)
  return { calls, seconds: Math.ceil(Math.min(calls, now) / CALLS_A_SECOND + (later / (hourly * BULK_SHARE)) * 3_600) }
}
