import type { Clock } from '../../domain/clock.ts'
import type { Store } from '../../store/index.ts'
import { estimateDoneAt } from '../../domain/outlook.ts'
import { outlookOf, type LaneReader } from './lane-status.ts'
import type { ListedLane } from './list-lanes.ts'

/** A lane of the list with what takes a question each: its oldest work, and when it will be done (ms). */
export interface DescribedLane extends ListedLane {
  /** When the oldest work that has not begun was recorded. */
  oldestAt: number | null
  /** A worker that serves it is running. */
  isServed: boolean
  nextVisitAt: number | null
  estimatedDoneAt: number | null
}

/** One page of lanes with what is dearer to know. */
export async function describeLanes(
  deps: { store: Store; clock: Clock; lanes: Pick<LaneReader, 'budget'> },
  lanes: readonly ListedLane[],
): Promise<DescribedLane[]> {
  const now = deps.clock.now()
  const [isServed, dueAt, oldest, budgets] = await Promise.all([
    deps.store.workers.served(now),
    deps.store.ready.dueAt(lanes.map((lane) => lane.teamKey)),
    Promise.all(lanes.map((lane) => deps.store.lane(lane.teamKey).oldestWaitingAt())),
    // What Apple's last answer said is outdated by every call since, and by what left the hour.
    Promise.all(lanes.map((lane) => deps.lanes.budget(lane.teamKey))),
  ])
  return lanes.map((listed, at) => {
    const lane = { ...listed, budget: budgets[at] ?? listed.budget }
    const nextVisitAt = dueAt[at] ?? null
    const outlook = outlookOf(lane, { now, isServed: isServed(lane.teamKey), nextVisitAt })
    return {
      ...lane,
      oldestAt: oldest[at] ?? null,
      isServed: isServed(lane.teamKey),
      nextVisitAt,
      estimatedDoneAt: estimateDoneAt(outlook),
    }
  })
}
