export { describeLanes, type DescribedLane } from './describe-lanes.ts'
export {
  createLaneList,
  filterLanes,
  LANE_STATES,
  openWork,
  type LaneList,
  type LaneState,
  type ListedLane,
} from './list-lanes.ts'
export { countDisabledWebhooks, sampleOldestWaiting, type AskEach } from './sample-lanes.ts'
