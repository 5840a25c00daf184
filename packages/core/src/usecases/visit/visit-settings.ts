/** What a visit is bound by; see `VISIT` for units and values. */
export type VisitSettings = typeof VISIT

/** How much a visit does, and how long, as a worker runs where neither its environment nor a test says otherwise. */
export const VISIT = {
  /** Jobs carried out together. */
  batch: 100,
  /** Recorded changes turned into jobs in one round. */
  enqueue: 500,
  /** No new round is begun after this, ms: other lanes wait for the worker too. */
  softMs: 10_000,
  /** Calls under way are ended after this, ms. */
  hardMs: 45_000,
  /** How often a blocked lane is checked, ms. */
  blockedCheckMs: 180_000,
  /** How often the builds of an app are looked at, ms. */
  buildWatchMs: 600_000,
  /** How long a member who left is kept, ms. */
  leftMembersMs: 30 * 86_400_000,
  /** Reads lag our own writes: nothing leaves because of a read this soon after one, ms. */
  quietAfterWriteMs: 120_000,
  /** Whether devices and usage of testers are read and kept. */
  testerUsage: true,
  /** Share (0..1) of the quota that is left to others who use the key. */
  reserveShare: 0.05,
  /** Share (0..1) that bulk work leaves to events. */
  bulkReserveShare: 0.25,
}

/** Job locks outlive a renewal that is late, and end soon after a death: the lane's jobs are back within a minute. */
export const JOB_LOCK_MS = 15_000
/** A job in whose hand this many workers died is poisoned: its member has failed. */
export const MAX_STALLS = 3
