export { createStore, type Store } from './store.ts'
export { globalKeys, laneHash, laneKeys, queueName, queuePrefix } from './keys.ts'
export type { MemberRecord, Members } from './members.ts'
export { fitsFilter, type MemberFilter, type MemberQuery } from './list-members.ts'
export type { Claim, ReadyIndex } from './ready.ts'
export type { RecordOptions, RecordResult } from './record-changes.ts'
export type { Register } from './records.ts'
export { createIdempotencyKeys, type IdempotencyKeys } from './idempotency-keys.ts'
export { loadSalt } from './salt.ts'
export {
  checkRedis,
  lookAtStore,
  startStoreHealth,
  UnfitStoreError,
  type StoreHealth,
  type StoreReport,
  type StoreState,
} from './health.ts'
export {
  isLanePaused,
  pauseLane,
  readLaneStanding,
  resumeLane,
  writeLaneStanding,
  type LaneStanding,
} from './lane-status.ts'
export { createRedis, DEMOTED_EVENT, toStoreError, type RedisSettings } from './redis.ts'
export { closeRoster, enterLane, leaveLane, noteBirth } from './roster-lane.ts'
export { createPersonErasures } from './person-erasures.ts'
export { forgetUnneededTesters } from './testers.ts'
export { createKept, type Kept } from './kept.ts'
export { takeTurn, takeTurns, type Turn, type TurnWindow } from './take-turn.ts'
export { createBudget, type Budget, type BudgetReading, type BudgetSettings } from './budget.ts'
export { createLaneStore, type LaneStore } from './lane-store.ts'
export { parseFacts, type LaneFacts } from './lane-facts.ts'
export type { OpenedVisit } from './lane-visits.ts'
export type { OutboxClass, OutboxEntry } from './lane-outbox.ts'
export type { Work } from './lane-work.ts'
export type { Outcome } from './record-outcome.ts'
export { createStoreClock, readStoreTime, type StoreClock } from './store-clock.ts'
export { forgetLane, isLaneKnown } from './forget-lane.ts'
export { createFacts, lanesWithFacts, takeUntold, type Facts } from './facts.ts'
export { createWebhooks, type Webhooks } from './webhooks.ts'
export { createNoticeBook, createNotices, type NoticeBook, type NoticeState } from './notices.ts'
export { createDeliveries, type Deliveries, type ListedDelivery } from './deliveries.ts'
export {
  createDeliveryLine,
  type DeliveryClaim,
  type DeliveryEnding,
  type DeliveryLine,
  type DueWebhook,
  type Settled,
} from './delivery-line.ts'
export { createReconciliations, type Reconciliations } from './reconciliations.ts'
export type { ReconciliationHead } from './plan-names.ts'
export { createReadings, type Reading, type Readings, type ReadRow } from './readings.ts'
export { countSweep, createSchedule, type Schedule } from './schedule.ts'
export { createErasures, type Erasures } from './erasures.ts'
export { createTokens, type ApiToken, type Tokens } from './tokens.ts'
export { purgeRoster } from './purge-roster.ts'
export { createMovingRosters, type MovingRosters } from './moving-rosters.ts'
export { createMoverStore, type MoverStore, type RosterMove } from './move-roster.ts'
export { createFigures, type Figures, type SessionSample } from './figures.ts'
export { createUsageReadings, type UsageReadingState } from './usage-readings.ts'
export { createBuilds, formatBook, rosterSequence, type BuildEntry, type Builds } from './builds.ts'
export { createAppleWebhooks, type AppleWebhooks } from './apple-webhooks.ts'
export { createAudit, type AuditEntry, type AuditRecord } from './audit.ts'
export { createAttempts, createSessions, type Attempts } from './sessions.ts'
export { oldestWaitingAt, readLaneOverview, readLaneOverviews, type LaneOverview } from './lane-overview.ts'
export { createRosterHistory, type HistorySample } from './roster-history.ts'
export { takeTask } from './take-task.ts'
export { createUploads } from './uploads.ts'
export { createTraces, type Traces } from './traces.ts'
export { createSeatLine, dropFormerLine, takeFormerLine, type Seeker, type Waiting } from './seat-line.ts'
export { createAppSeats } from './app-seats.ts'
export { createSourceBook, PEOPLE_KEPT, createSources, type SourceBook } from './sources.ts'
export { BEAT_EVERY_MS, createWorkers, type Workers } from './workers.ts'
export { readSleepingJobs } from './sleeping-jobs.ts'
export { createProtections, type Protection, type Protections } from './protections.ts'
export { findRostersNaming } from './rosters-naming.ts'
export { createMemberLinks, type MemberLinks } from './member-links.ts'
export { ACTIVITY_KEPT_MS, createActivity, type StoredActivity } from './activity.ts'
export { createScimBindings, type ScimBindings } from './scim-bindings.ts'
export {
  createScimDirectories,
  createScimDirectory,
  type ScimDirectoryStore,
  type ScimKey,
  type ScimRecords,
  type ScimStanding,
} from './scim-directory.ts'
