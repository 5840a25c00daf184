import type { Clock } from '../../domain/clock.ts'
import { msOfCalls } from '../../domain/outlook.ts'
import type { Roster } from '../../domain/roster.ts'
import type { LaneReader } from '../lane-overview/lane-status.ts'
import type { SnapshotPlan } from './plan-snapshot.ts'

/** What a plan will take. */
export interface Estimate {
  /** Calls to App Store Connect. */
  calls: number
  seconds: number
}

export interface EstimateDeps {
  clock: Clock
  lanes: Pick<LaneReader, 'budget' | 'status'>
}

/** Addresses in one look-up, testers in one relationship call. */
const LOOK_UP = 100
const RELATIONSHIP = 100
/** What lists leave of the quota to events. */
const KEPT_FOR_EVENTS = 0.25

/**
 * What a plan costs: a call a new person at most, look-ups and removals many at once; then as long as the live budget makes it, after
 * what waits in the lane already. Counted from when the roster and its lane go on, where they are stopped.
 */
export async function estimateChanges(deps: EstimateDeps, roster: Roster, plan: SnapshotPlan): Promise<Estimate> {
  const entering = plan.add.length + plan.update.length
  const calls = entering + Math.ceil(entering / LOOK_UP) + Math.ceil(plan.remove.length / RELATIONSHIP)
  if (calls === 0) return { calls, seconds: 0 }
  const [quota, { waiting, active }] = await Promise.all([
    deps.lanes.budget(roster.teamKey),
    deps.lanes.status(roster.teamKey),
  ])
  return { calls, seconds: Math.ceil(msOfCalls(waiting + active + calls, quota, KEPT_FOR_EVENTS) / 1_000) }
}
