/** How much a visit does, and how long. */
export interface VisitSettings {
  /** Jobs carried out together. */
  batch: number
  /** Recorded changes turned into jobs in one round. */
  enqueue: number
  /** No new round is begun after this, ms: other lanes wait for the worker too. */
  softMs: number
  /** Calls under way are ended after this, ms. */
  hardMs: number
  /** How often a blocked lane is checked, ms. */
  blockedCheckMs: number
  /** How often the builds of an app are looked at, ms. */
  buildWatchMs: number
  /** How long a member who left is kept, ms. */
  leftMembersMs: number
  /** Reads lag our own writes: nothing leaves because of a read this soon after one, ms. */
  quietAfterWriteMs: number
  /** Whether devices and usage of testers are read and kept. */
  testerUsage: boolean
  /** Share (0..1) of the quota that is left to others who use the key. */
  reserveShare: number
  /** Share (0..1) that bulk work leaves to events. */
  bulkReserveShare: number
}

/** As a worker runs, where neither its environment nor a test says otherwise. */
export const VISIT: VisitSettings = {
  batch: 100,
  enqueue: 500,
  softMs: 10_000,
  hardMs: 45_000,
  blockedCheckMs: 180_000,
  buildWatchMs: 600_000,
  leftMembersMs: 30 * 86_400_000,
  quietAfterWriteMs: 120_000,
  testerUsage: true,
  reserveShare: 0.05,
  bulkReserveShare: 0.25,
}

/** Job locks outlive a renewal that is late, and end soon after a death: the lane's jobs are back within a minute. */
export const JOB_LOCK_MS = 15_000
/** A job in whose hand this many workers died is parked. */
export const MAX_STALLS = 3
