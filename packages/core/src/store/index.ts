export { createStore, type Store } from './store.ts'
export type { StoredLane, StoredRoster } from './stored-lane.ts'
export { globalKeys, laneHash, laneKeys, queueName, queuePrefix } from './keys.ts'
export type { MemberRecord, Members } from './member/members.ts'
export { fitsFilter, type MemberFilter, type MemberQuery } from './member/list-members.ts'
export { listenToDoorbell } from './lane/doorbell.ts'
export type { Claim, ReadyIndex } from './lane/ready.ts'
export type { RecordOptions, RecordResult } from './lane/record-changes.ts'
export type { Register } from './records.ts'
export { createIdempotencyKeys, type IdempotencyKeys } from './access/idempotency-keys.ts'
export { loadSalt } from './access/salt.ts'
export {
  checkRedis,
  lookAtStore,
  startStoreHealth,
  UnfitStoreError,
  type StoreHealth,
  type StoreReport,
  type StoreState,
} from './connection/health.ts'
export {
  isLanePaused,
  pauseLane,
  readLaneStanding,
  resumeLane,
  writeLaneStanding,
  type LaneStanding,
} from './lane/lane-status.ts'
export { enterLane, leaveLane, noteBirth } from './roster/roster-lane.ts'
export {
  createRedis,
  DEMOTED_EVENT,
  isTimedOut,
  toStoreError,
  type Connection,
  type RedisSettings,
} from './connection/redis.ts'
export { createPersonErasures } from './member/person-erasures.ts'
export { forgetUnneededTesters } from './member/testers.ts'
export { createKept, type Kept } from './kept.ts'
export { countRequest, countRequests, type CountedRequest, type LimitWindow } from './budget/request-limit.ts'
export { createBudget, type Budget, type BudgetReading, type BudgetSettings } from './budget/budget.ts'
export { createLaneStore, type LaneStore } from './lane/lane-store.ts'
export { parseMemory, type LaneMemory } from './lane/lane-memory.ts'
export type { LeftBehind, OpenedVisit } from './lane/lane-visits.ts'
export type { OutboxClass, OutboxEntry } from './lane/lane-outbox.ts'
export type { Work } from './lane/lane-work.ts'
export type { Outcome } from './lane/record-outcome.ts'
export { createStoreClock, readStoreTime, type StoreClock } from './connection/store-clock.ts'
export { forgetLane, isLaneKnown } from './lane/forget-lane.ts'
export { createFacts, lanesWithFacts, takeUntold, type Facts } from './webhook/facts.ts'
export { createWebhooks, type Webhooks } from './webhook/webhooks.ts'
export { createNoticeMemory, createNotices, type NoticeMemory, type NoticeState } from './webhook/notices.ts'
export { createDeliveries, type Deliveries, type ListedDelivery } from './webhook/deliveries.ts'
export {
  createDeliveryLine,
  type DeliveryClaim,
  type DeliveryEnding,
  type DeliveryLine,
  type DueWebhook,
  type Settled,
} from './webhook/delivery-line.ts'
export { createReconciliations, type PlanStep, type Reconciliations } from './roster/reconciliations.ts'
export type { ReconciliationHead } from './roster/plan-names.ts'
export { createReadings, type Reading, type Readings, type ReadRow } from './roster/readings.ts'
export { countSweep, createSchedule, type Schedule } from './lane/schedule.ts'
export { createErasures, type Erasures } from './member/erasures.ts'
export { createTokens, type ApiToken, type Tokens } from './access/tokens.ts'
export { createBegunRosters, type BegunRosters } from './roster/begun-rosters.ts'
export { createMoverStore, type MoverStore, type RosterMove } from './move/move-roster.ts'
export { createFigures, type Figures, type SessionSample } from './roster/figures.ts'
export { createUsageReadings, type UsageReadingState } from './roster/usage-readings.ts'
export { createBuilds, formatBuildMemory, rosterSequence, type BuildEntry, type Builds } from './roster/builds.ts'
export { createAppleWebhooks, type AppleWebhooks } from './roster/apple-webhooks.ts'
export { createAudit, type AuditEntry, type AuditRecord } from './access/audit.ts'
export { createAttempts, createSessions, type Attempts } from './access/sessions.ts'
export { oldestWaitingAt, readLaneOverview, readLaneOverviews, type LaneOverview } from './lane/lane-overview.ts'
export { createRosterHistory, type HistorySample } from './roster/roster-history.ts'
export { untilAnswered } from './connection/until-answered.ts'
export { takeTask } from './lane/take-task.ts'
export { createUploads } from './roster/uploads.ts'
export { createTraces, type Traces } from './member/traces.ts'
export { createSeatLine, dropFormerLine, takeFormerLine, type Seeker, type Waiting } from './roster/seat-line.ts'
export { createAppSeats } from './roster/app-seats.ts'
export { createSourceMemory, PEOPLE_KEPT, createSources, type SourceMemory } from './source/sources.ts'
export { BEAT_EVERY_MS, createWorkers, type Workers } from './workers.ts'
export { readSleepingJobs } from './lane/sleeping-jobs.ts'
export { createProtections, type Protection, type Protections } from './member/protections.ts'
export { findRostersNaming } from './member/rosters-naming.ts'
export { createMemberLinks, type MemberLinks } from './member/member-links.ts'
export { ACTIVITY_KEPT_MS, createActivity, readActivityAdditions, type StoredActivity } from './roster/activity.ts'
export { createScimBindings, type ScimBindings } from './scim/scim-bindings.ts'
export {
  createScimDirectories,
  createScimDirectory,
  type ScimDirectoryStore,
  type ScimStanding,
} from './scim/scim-directory.ts'
export type { ScimKey, ScimRecords } from './scim/scim-records.ts'
