import {
  countDisabledWebhooks,
  LANE_STATES,
  openWork,
  sampleOldestWaiting,
  type AskEach,
  type LaneList,
  type ListedLane,
} from '@flightroster/core/usecases/lane-overview'
import { createLaneMetrics } from '@flightroster/core/metrics'
import type { ApiDeps } from './deps.ts'
import { describeEach } from './describe-each.ts'

const LOW = 0.1
/** As Apple's last answer left it. Below this it is counted what came since, and what left the hour: of a few lanes, not of thousands. */
const SURELY_ENOUGH = 0.5

/**
 * What is known of all lanes together, read when somebody asks for /metrics; one reading serves the pages as well. Of the API
 * alone: a worker knows its own lanes only. Nothing here reads rosters or members one by one.
 */
export function measureLanes(
  deps: Pick<ApiDeps, 'metrics' | 'store' | 'clock' | 'lanes' | 'leisure'>,
  laneList: LaneList,
): void {
  const askEach: AskEach = (items, ask) => describeEach(deps, items, ask)
  const gauges = createLaneMetrics(deps.metrics)
  const oldestWaiting = sampleOldestWaiting({ ...deps, askEach })
  const disabledWebhooks = countDisabledWebhooks({ ...deps, askEach })
  deps.metrics.collectWith(async () => {
    const lanes = await laneList.all()
    for (const state of LANE_STATES) gauges.lanes.set({ state }, lanes.filter((lane) => lane.state === state).length)
    gauges.backlog.set(lanes.reduce((sum, lane) => sum + openWork(lane), 0))
    gauges.heldPlans.set(lanes.reduce((sum, { held }) => sum + held, 0))
    const areLow = lanes.filter(({ budget }) => shareOf(budget) < SURELY_ENOUGH)
    const left = await askEach(areLow, async ({ teamKey }) => shareOf(await deps.lanes.budget(teamKey)))
    const kept = lanes.map(({ budget }) => shareOf(budget)).filter((share) => share >= SURELY_ENOUGH)
    gauges.budgetLeft.set([...left, ...kept].reduce((least, share) => Math.min(least, share), 1))
    gauges.budgetLow.set(left.filter((share) => share < LOW).length)
    const oldest = await oldestWaiting(lanes)
    gauges.oldestWaiting.set(oldest === null ? 0 : Math.max(0, deps.clock.now() - oldest) / 1_000)
  })
  deps.metrics.collectWith(async () => {
    const now = deps.clock.now()
    const { lanes, since } = await deps.store.ready.late(now)
    gauges.lateLanes.set(lanes)
    gauges.lateness.set(since === null ? 0 : Math.max(0, now - since) / 1_000)
  })
  deps.metrics.collectWith(async () => gauges.disabledWebhooks.set(await disabledWebhooks()))
}

/** As a share of the hour, as the API tells it; 1 where nothing is known. */
function shareOf({ limit, remaining }: ListedLane['budget']): number {
  return limit && remaining !== null ? Math.min(1, Math.max(0, remaining / limit)) : 1
}
