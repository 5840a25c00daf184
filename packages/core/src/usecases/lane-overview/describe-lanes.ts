import type { Clock } from '../../domain/clock.ts'
import { createWorkers, oldestWaitingAt, type Store } from '../../store/index.ts'
import { estimateDoneAt } from './lane-status.ts'
import { openWork, type ListedLane } from './list-lanes.ts'

export interface DescribedLane extends ListedLane {
  /** When the oldest work that has not begun was recorded. */
  oldestAt: number | null
  /** A worker that serves it is running. */
  isServed: boolean
  nextVisitAt: number | null
  estimatedDoneAt: number | null
}

const DEFAULT_LIMIT = 3_600

/** One page of lanes with what is dearer to know. */
export async function describeLanes(
  deps: { store: Store; clock: Clock },
  lanes: readonly ListedLane[],
): Promise<DescribedLane[]> {
  const now = deps.clock.now()
  const [isServed, dueAt, oldest] = await Promise.all([
    createWorkers(deps.store.redis).served(now),
    deps.store.ready.dueAt(lanes.map((lane) => lane.teamKey)),
    Promise.all(lanes.map((lane) => oldestWaitingAt(deps.store.redis, lane.teamKey))),
  ])
  return lanes.map((lane, at) => {
    const open = openWork(lane)
    const { limit, remaining } = lane.budget
    const nextVisitAt = dueAt[at] ?? null
    return {
      ...lane,
      oldestAt: oldest[at] ?? null,
      isServed: isServed(lane.teamKey),
      nextVisitAt,
      estimatedDoneAt: estimateDoneAt({
        now,
        open,
        limit: limit ?? DEFAULT_LIMIT,
        remaining,
        isStopped: lane.paused || lane.blocked !== null || lane.outage !== null || !isServed(lane.teamKey),
        nextVisitAt,
      }),
    }
  })
}
