import { LANE_STATES, openWork, type LaneList } from '@flightroster/core/usecases/lane-overview'
import type { ApiDeps } from '../deps.ts'

/** Lanes by state and their backlog, read when somebody asks for /metrics; the same reading serves the pages. */
export function measureLanes({ metrics }: Pick<ApiDeps, 'metrics'>, laneList: LaneList): void {
  metrics.collectWith(async () => {
    const lanes = await laneList.all()
    for (const state of LANE_STATES) metrics.lanes.set({ state }, lanes.filter((lane) => lane.state === state).length)
    metrics.backlog.set(lanes.reduce((sum, lane) => sum + openWork(lane), 0))
  })
}
