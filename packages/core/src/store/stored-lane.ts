import type { Redis } from 'ioredis'
import type { Roster } from '../domain/roster.ts'
import { createBudget, type Budget, type BudgetSettings } from './budget/budget.ts'
import { readStoreTime } from './connection/store-clock.ts'
import { createKept, type Kept } from './kept.ts'
import { laneKeys } from './keys.ts'
import { forgetLane, isLaneKnown, readKeyAt } from './lane/forget-lane.ts'
import { oldestWaitingAt, readLaneOverview, type LaneOverview } from './lane/lane-overview.ts'
import {
  isLanePaused,
  pauseLane,
  readLaneStanding,
  resumeLane,
  writeLaneStanding,
  type KeyOfStanding,
  type LaneStanding,
} from './lane/lane-status.ts'
import { createLaneStore, type LaneStore } from './lane/lane-store.ts'
import { createSchedule, type Schedule } from './lane/schedule.ts'
import { readSleepingJobs } from './lane/sleeping-jobs.ts'
import { createErasures, type Erasures } from './member/erasures.ts'
import { createMemberLinks, type MemberLinks } from './member/member-links.ts'
import { createMembers, type Members } from './member/members.ts'
import { createProtections, type Protections } from './member/protections.ts'
import { forgetUnneededTesters } from './member/testers.ts'
import { createTraces, type Traces } from './member/traces.ts'
import { createActivity, type Activity } from './roster/activity.ts'
import { createAppSeats, type AppSeatsStore } from './roster/app-seats.ts'
import { createBuilds, type Builds } from './roster/builds.ts'
import { createFigures, type Figures } from './roster/figures.ts'
import { createReadings, type Readings } from './roster/readings.ts'
import { createReconciliations, type Reconciliations } from './roster/reconciliations.ts'
import { createRosterHistory, type RosterHistory } from './roster/roster-history.ts'
import { enterLane, leaveLane, noteBirth, noteMissingBirths } from './roster/roster-lane.ts'
import { createSeatLine, dropFormerLine, takeFormerLine, type Seeker, type SeatLine } from './roster/seat-line.ts'
import { createUploads, type Uploads } from './roster/uploads.ts'
import { createUsageReadings, type UsageReadings } from './roster/usage-readings.ts'
import { createFacts, type Facts } from './webhook/facts.ts'

/** What is kept of one lane, all in its own slot, beside what a visit reads and writes of it. */
export interface StoredLane extends LaneStore {
  readonly schedule: Schedule
  readonly reconciliations: Reconciliations
  readonly erasures: Erasures
  readonly builds: Builds
  /** What upstream has still to be told. */
  readonly facts: Facts
  /** Answers of App Store Connect that are kept for a minute. */
  readonly kept: Kept
  readonly traces: Traces
  /** Lists that were uploaded on a page and not yet confirmed. */
  readonly uploads: Uploads
  budget(settings: BudgetSettings): Budget
  seats(appId: string): AppSeatsStore
  roster(rosterId: string): StoredRoster
  standing(): Promise<LaneStanding>
  /** `key`: the one that it is about; of one that was replaced since nothing is written. */
  putStanding(standing: Partial<Omit<LaneStanding, 'outage'>>, key?: KeyOfStanding): Promise<void>
  /** The time of the server that has the lane (ms): what is recorded in the lane is as of that. */
  time(): Promise<number>
  isPaused(): Promise<boolean>
  /** `at` (ms): since when, for people; a lane that is paused already keeps its own. */
  pause(at: number): Promise<void>
  resume(): Promise<void>
  overview(): Promise<LaneOverview>
  /** When the oldest change that waits was recorded (ms); null where none does. */
  oldestWaitingAt(): Promise<number | null>
  /** When the jobs of these members wake (ms), by opaque reference; those that sleep alone. */
  sleepingJobs(refs: readonly string[]): Promise<Map<string, number>>
  /** Members who waited for a seat under the rules of 0.1.0, in one line for each app. */
  takeFormerSeatLine(appId: string): Promise<Seeker[]>
  dropFormerSeatLine(appId: string): Promise<void>
  /** Forgets tester ids of addresses that no roster of this lane and app names any longer. */
  forgetUnneededTesters(appId: string): Promise<void>
  /** Of rosters that are in the lane: when they were made, where that is not known. */
  noteMissingBirths(rosters: readonly Pick<Roster, 'id' | 'createdAt'>[]): Promise<void>
  /** Whether anything is there of a lane that was served. */
  isKnown(): Promise<boolean>
  /** When the lane's key was given (ms); 0 where that is not known. */
  keyAt(): Promise<number>
  /** A team key leaves nothing to one that is made under its id later. `keyAt`: a newer key's lane stays as it is. */
  forget(keyAt: number): Promise<void>
}

/** What is kept of one roster in its lane's slot. */
export interface StoredRoster {
  readonly members: Members
  readonly activity: Activity
  readonly protections: Protections
  readonly links: MemberLinks
  readonly figures: Figures
  readonly history: RosterHistory
  readonly seatLine: SeatLine
  /** The reading of its group that is under way. */
  readonly readings: Readings
  readonly usageReadings: UsageReadings
  /** From then on the lane records changes of the roster. Enter before the roster's record is made: see put-roster. */
  enterLane(): Promise<void>
  /** Once the record is made: what is still under way for a roster of this id that was deleted before is not taken for this one's. */
  noteBirth(createdAt: Roster['createdAt']): Promise<void>
  leaveLane(): Promise<void>
}

/** Opens what is kept of a lane: no command is sent before something is asked for. */
export function openLane(redis: Redis, teamKey: string): StoredLane {
  return {
    ...createLaneStore(redis, teamKey),
    get schedule() {
      return createSchedule(redis, teamKey)
    },
    get reconciliations() {
      return createReconciliations(redis, teamKey)
    },
    get erasures() {
      return createErasures(redis, teamKey)
    },
    get builds() {
      return createBuilds(redis, teamKey)
    },
    get facts() {
      return createFacts(redis, teamKey)
    },
    get kept() {
      return createKept(redis, teamKey)
    },
    get traces() {
      return createTraces(redis, teamKey)
    },
    get uploads() {
      return createUploads(redis, teamKey)
    },
    budget: (settings) => createBudget(redis, teamKey, settings),
    seats: (appId) => createAppSeats(redis, teamKey, appId),
    roster: (rosterId) => openRoster(redis, teamKey, rosterId),
    standing: () => readLaneStanding(redis, teamKey),
    putStanding: (standing, key) => writeLaneStanding(redis, teamKey, standing, key),
    time: () => readStoreTime(redis, laneKeys(teamKey).lane),
    isPaused: () => isLanePaused(redis, teamKey),
    pause: (at) => pauseLane(redis, teamKey, at),
    resume: () => resumeLane(redis, teamKey),
    overview: () => readLaneOverview(redis, teamKey),
    oldestWaitingAt: () => oldestWaitingAt(redis, teamKey),
    sleepingJobs: (refs) => readSleepingJobs(redis, teamKey, refs),
    takeFormerSeatLine: (appId) => takeFormerLine(redis, teamKey, appId),
    dropFormerSeatLine: (appId) => dropFormerLine(redis, teamKey, appId),
    forgetUnneededTesters: (appId) => forgetUnneededTesters(redis, { teamKey, appId }),
    noteMissingBirths: (rosters) => noteMissingBirths(redis, teamKey, rosters),
    isKnown: () => isLaneKnown(redis, teamKey),
    keyAt: () => readKeyAt(redis, teamKey),
    forget: (keyAt) => forgetLane(redis, teamKey, keyAt),
  }
}

function openRoster(redis: Redis, teamKey: string, rosterId: string): StoredRoster {
  return {
    get members() {
      return createMembers(redis, teamKey, rosterId)
    },
    get activity() {
      return createActivity(redis, teamKey, rosterId)
    },
    get protections() {
      return createProtections(redis, teamKey, rosterId)
    },
    get links() {
      return createMemberLinks(redis, teamKey, rosterId)
    },
    get figures() {
      return createFigures(redis, teamKey, rosterId)
    },
    get history() {
      return createRosterHistory(redis, teamKey, rosterId)
    },
    get seatLine() {
      return createSeatLine(redis, teamKey, rosterId)
    },
    get readings() {
      return createReadings(redis, teamKey, rosterId)
    },
    get usageReadings() {
      return createUsageReadings(redis, teamKey, rosterId)
    },
    enterLane: () => enterLane(redis, teamKey, rosterId),
    noteBirth: (createdAt) => noteBirth(redis, teamKey, { id: rosterId, createdAt }),
    leaveLane: () => leaveLane(redis, teamKey, rosterId),
  }
}
