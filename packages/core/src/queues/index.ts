export {
  createLaneQueue,
  type Enqueued,
  type LaneCounts,
  type LaneJob,
  type LaneQueue,
  type LaneQueueSettings,
} from './lane-queue.ts'
