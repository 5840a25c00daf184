import type { Redis } from 'ioredis'
import type { Roster, TeamKey } from '../domain/roster.ts'
import { NO_STANDING, type RosterStanding } from '../domain/standing.ts'
import { readJson } from '../domain/shape.ts'
import { gatherAdditions } from './roster/activity.ts'
import { createGroups, type Groups } from './roster/groups.ts'
import { createRosters } from './roster/rosters.ts'
import { standingShape, teamKeyShape } from './roster/roster-shapes.ts'
import type { Leisure } from '../domain/leisure.ts'
import type { Notice } from '../domain/notice.ts'
import type { ScimDirectory } from '../domain/scim.ts'
import type { Source } from '../domain/source.ts'
import { createAudit, type Audit } from './access/audit.ts'
import { createIdempotencyKeys, type IdempotencyKeys } from './access/idempotency-keys.ts'
import { createAttempts, createSessions, type AttemptLimits, type Attempts, type Sessions } from './access/sessions.ts'
import { createTokens, type Tokens } from './access/tokens.ts'
import { countRequest, countRequests, type CountedRequest, type CountedRequests } from './budget/request-limit.ts'
import { inOneStep } from './connection/cluster-nodes.ts'
import { readStoreTime } from './connection/store-clock.ts'
import { readLaneOverviews, type LaneOverview } from './lane/lane-overview.ts'
import { countSweep } from './lane/schedule.ts'
import { takeTask } from './lane/take-task.ts'
import { createPersonErasures, type PersonErasures } from './member/person-erasures.ts'
import { findRostersNaming } from './member/rosters-naming.ts'
import { createMoverStore, type MoverStore, type RosterMove } from './move/move-roster.ts'
import { createBegunRosters, type BegunRosters } from './roster/begun-rosters.ts'
import { readActivityAdditions, type ActivityAddition } from './roster/activity.ts'
import { createAppleWebhooks, type AppleWebhooks } from './roster/apple-webhooks.ts'
import { closeRoster, purgeRoster } from './roster/purge-roster.ts'
import { createScimBindings, type ScimBindings } from './scim/scim-bindings.ts'
import { createScimDirectories, createScimDirectory, type ScimDirectoryStore } from './scim/scim-directory.ts'
import { createSourceMemory, createSources, type SourceMemory } from './source/sources.ts'
import { openLane, type StoredLane } from './stored-lane.ts'
import { createDeliveries, type Deliveries } from './webhook/deliveries.ts'
import { createDeliveryLine, type DeliveryLine } from './webhook/delivery-line.ts'
import { lanesWithFacts, takeUntold } from './webhook/facts.ts'
import { createNoticeMemory, createNotices, type NoticeMemory } from './webhook/notices.ts'
import { createWebhooks, type Webhooks } from './webhook/webhooks.ts'
import { createWorkers, type Workers } from './workers.ts'
import { defineScript } from './connection/define-script.ts'
import { globalKeys, laneKeys, queueKeys } from './keys.ts'
import { outboxKeys } from './lane/lane-outbox.ts'
import { createMembers, type Members } from './member/members.ts'
import { isPacking } from './connection/packing.ts'
import { createReadyIndex, type ReadyIndex } from './lane/ready.ts'
import { recordChanges, type RecordOptions, type RecordResult } from './lane/record-changes.ts'
import { recordTogether } from './lane/record-together.ts'
import { createRosterDirectory, type RosterDirectory } from './roster/roster-directory.ts'
import { enterLane, noteBirth } from './roster/roster-lane.ts'
import { writeConfirmed } from './connection/replicas.ts'
import { forgetUnneededTesters } from './member/testers.ts'
import { createPartedRegister } from './parted-register.ts'
import type { Register } from './records.ts'

const needsVisit = defineScript(import.meta.url, './lane/needs-visit.lua')

/** ③ Everything that is kept. One Redis connection; every atomic step is one script. */
export interface Store {
  ready: ReadyIndex
  teamKeys: Register<TeamKey>
  rosters: Register<Roster>
  /** What is kept of one team key's lane, in that lane's slot. */
  lane(teamKey: string): StoredLane
  members(teamKey: string, rosterId: string): Members
  readonly webhooks: Webhooks
  deliveries(webhookId: string): Deliveries
  /** Deliveries of all webhooks by due time. */
  readonly deliveryLine: DeliveryLine
  readonly notices: Register<Notice>
  noticeMemory(noticeId: string): NoticeMemory
  readonly sources: Register<Source>
  /** `most`: people that are kept for one source. */
  sourceMemory(sourceId: string, most?: number): SourceMemory
  readonly appleWebhooks: AppleWebhooks
  readonly scimDirectories: Register<ScimDirectory>
  scimDirectory(directoryId: string): ScimDirectoryStore
  readonly scimBindings: ScimBindings
  readonly tokens: Tokens
  readonly sessions: Sessions
  attempts(limits: AttemptLimits): Attempts
  readonly audit: Audit
  readonly idempotencyKeys: IdempotencyKeys
  readonly personErasures: PersonErasures
  readonly workers: Workers
  readonly begunRosters: BegunRosters
  mover(move: RosterMove): MoverStore
  /** From then on a roster takes changes from those alone who delete it. False where it has left its lane already. */
  closeRoster(roster: Roster): Promise<boolean>
  /** Of these rosters, those that name an address (lower-cased). */
  rostersNaming<T extends Pick<Roster, 'id' | 'teamKey'>>(rosters: readonly T[], address: string): Promise<T[]>
  /** Where something happened, over all rosters, newest first. */
  activityAdditions(page: { to: string; from: number; count: number }): Promise<ActivityAddition[]>
  laneOverviews(teamKeys: readonly string[]): Promise<LaneOverview[]>
  /** Of these lanes, the ones with facts to tell. */
  lanesWithFacts(lanes: string[]): Promise<string[]>
  /** Lanes with facts that nobody has told yet, taken out. */
  takeUntold(): Promise<string[]>
  /** Counts a request against all of its windows, or says how long to wait (ms); 0: it was counted. */
  countRequest(request: CountedRequest): Promise<number>
  /** The same against several counts of a lane, all of them or none. */
  countRequests(requests: CountedRequests): Promise<number>
  /** True for one process in `forMs`: what all of them would do, one does. */
  takeTask(name: string, forMs: number): Promise<boolean>
  /** Counts the sweeps over all lanes, so that each looks at the next ones in turn. */
  countSweep(): Promise<number>
  /** The store's clock (ms). */
  time(): Promise<number>
  recordChanges(options: RecordOptions): Promise<RecordResult>
  directory: RosterDirectory
  readonly groups: Groups
  /** Enters a roster into its lane: from then on its changes are recorded. */
  enterRoster(roster: Roster): Promise<void>
  /** Enters a roster into the register of its app; an id without a roster does no harm. */
  joinApp(appId: string, rosterId: string): Promise<void>
  /** Once its record is there: enters a roster where a deletion of a former one of its id, which came late, may have taken it out. */
  enterRegisters(roster: Roster): Promise<void>
  /**
   * Forgets a roster with everything that is kept of it, and frees its group. Its record goes last: whoever finds that one goes on with it,
   * and until then nobody makes a roster under its id.
   */
  forgetRoster(roster: Roster): Promise<void>
  rostersOf(teamKey: string): Promise<string[]>
  /** Over all team keys: an app's rosters share its testers, whoever's key serves them. */
  rosterIdsOfApp(appId: string): Promise<string[]>
  standing(rosterId: string): Promise<RosterStanding>
  putStanding(rosterId: string, standing: RosterStanding): Promise<void>
  /** Counts up for each name: what receivers of facts order by. */
  nextSequence(teamKey: string, name: string): Promise<number>
  /** Every lane there is: one for each team key. */
  laneIds(): Promise<string[]>
  /** Those of the lanes that have something to do now (ms) which nobody is doing. */
  lanesToVisit(lanes: string[], now: number): Promise<string[]>
  /** Of these lanes, the ones with recorded changes that have no job yet. */
  lanesRecorded(lanes: string[]): Promise<string[]>
  /** Work of the lane was recorded: it is rung, unless a worker visits it or it was rung already, and jobs are made of it. */
  noteRecorded(teamKey: string, state: { awake: boolean }): Promise<void>
  /** Members of a roster may have another status now. */
  noteChanged(teamKey: string, rosterId: string): void
  /** Rosters in which this process changed something since it was asked before: id → team key id. */
  takeChanged(): Map<string, string>
  /** Before the process ends: writes what was put off. */
  flush(): Promise<void>
  /** Told of every lane for which this process recorded work. */
  onRecorded(listener: (teamKey: string) => void): void
}

export interface StoreSettings {
  /** Replicas that must confirm what intake records. */
  waitReplicas: number
  /** Slices of large batches, and pieces of what looks through a roster, let small requests of the process go first; absent: there are none. */
  leisure?: Pick<Leisure, 'take'>
}

/** Everything that is kept, over one connection. Opens and closes nothing: the connection is the caller's. */
export function createStore(redis: Redis, settings: StoreSettings = { waitReplicas: 0 }): Store {
  const rosters = createRosters(redis)
  const teamKeys = createPartedRegister(redis, globalKeys.teamKeys, teamKeyShape)
  const ready = createReadyIndex(redis)
  const additions = gatherAdditions(redis)
  const listeners: ((teamKey: string) => void)[] = []
  let changed = new Map<string, string>()
  const begunRosters = createBegunRosters(redis)
  // A lane and its place in the ready index lie in two slots.
  const recordAndRing = (node: Redis, options: RecordOptions) =>
    inOneStep(
      redis,
      () => recordChanges(node, { ...options, rings: true }),
      () => recordChanges(node, options),
    )
  const groups = createGroups(redis, rosters)
  const joinApp = async (appId: string, rosterId: string) =>
    void (await redis.sadd(globalKeys.rostersOfApp(appId), rosterId))
  const enterRegisters = async ({ id, app, group, scimGroup }: Roster) => {
    await joinApp(app.id, id)
    await groups.note(group.id, id)
    if (scimGroup !== null) await createScimBindings(redis).add(id, scimGroup)
  }
  return {
    ready,
    teamKeys: {
      ...teamKeys,
      // A store without one is a new one: that is noted before there is any.
      put: async (record) => {
        await isPacking(redis)
        await teamKeys.put(record)
      },
      insert: async (record) => {
        await isPacking(redis)
        return teamKeys.insert(record)
      },
    },
    rosters,
    lane: (teamKey) => openLane(redis, teamKey),
    members: (teamKey, rosterId) => createMembers(redis, teamKey, rosterId, settings.leisure),
    webhooks: createWebhooks(redis),
    deliveries: (webhookId) => createDeliveries(redis, webhookId),
    deliveryLine: createDeliveryLine(redis),
    notices: createNotices(redis),
    noticeMemory: (noticeId) => createNoticeMemory(redis, noticeId),
    sources: createSources(redis),
    sourceMemory: (sourceId, most) => createSourceMemory(redis, sourceId, most),
    appleWebhooks: createAppleWebhooks(redis),
    scimDirectories: createScimDirectories(redis),
    scimDirectory: (directoryId) => createScimDirectory(redis, directoryId),
    scimBindings: createScimBindings(redis),
    tokens: createTokens(redis),
    sessions: createSessions(redis),
    attempts: (limits) => createAttempts(redis, limits),
    audit: createAudit(redis),
    idempotencyKeys: createIdempotencyKeys(redis),
    personErasures: createPersonErasures(redis),
    workers: createWorkers(redis),
    begunRosters,
    mover: (move) => createMoverStore(redis, move),
    closeRoster: (roster) => closeRoster(redis, roster),
    rostersNaming: (named, address) => findRostersNaming(redis, named, address),
    activityAdditions: (page) => readActivityAdditions(redis, page),
    laneOverviews: (lanes) => readLaneOverviews(redis, lanes),
    lanesWithFacts: (lanes) => lanesWithFacts(redis, lanes),
    takeUntold: () => takeUntold(redis),
    countRequest: (request) => countRequest(redis, request),
    countRequests: (requests) => countRequests(redis, requests),
    takeTask: (name, forMs) => takeTask(redis, name, forMs),
    countSweep: () => countSweep(redis),
    time: () => readStoreTime(redis),
    recordChanges: recordTogether(settings.leisure, async (options) => {
      const packed = await isPacking(redis)
      const confirm = { key: laneKeys(options.teamKey).lease, replicas: settings.waitReplicas }
      for (const { roster } of options.changes) changed.set(roster, options.teamKey)
      const result = await writeConfirmed(redis, confirm, (node) => recordAndRing(node, { ...options, packed }))
      additions.note(result.told)
      if (options.changes.some(({ fact }) => fact)) await redis.sadd(globalKeys.untold, options.teamKey)
      return result
    }),
    directory: createRosterDirectory(rosters),
    groups,
    joinApp,
    enterRegisters,
    async enterRoster(roster) {
      await redis.sadd(globalKeys.rostersOfApp(roster.app.id), roster.id)
      await enterLane(redis, roster.teamKey, roster.id)
      await rosters.put(roster)
      await noteBirth(redis, roster.teamKey, roster)
    },
    async forgetRoster(roster) {
      const { id, app, group, scimGroup, createdAt } = roster
      await forgetUnneededTesters(redis, { teamKey: roster.teamKey, appId: app.id, without: id })
      await purgeRoster(redis, roster)
      const isIt = (current: Roster | undefined) => current?.createdAt === createdAt
      // Another process was quicker, and the id may be another roster's by now.
      if (!isIt(await rosters.find(id))) return
      await Promise.all([
        redis.hdel(globalKeys.standings, id),
        redis.srem(globalKeys.rostersOfApp(app.id), id),
        scimGroup ? createScimBindings(redis).drop(id, scimGroup) : null,
        groups.release(group.id, id),
      ])
      if (await rosters.deleteIf(id, isIt)) return begunRosters.forget(id)
      // Between the look and these steps another was quicker, and what was forgotten may be of a roster that was made anew since.
      const anew = await rosters.find(id)
      if (anew) await enterRegisters(anew)
    },
    rosterIdsOfApp: (appId) => redis.smembers(globalKeys.rostersOfApp(appId)),
    async standing(rosterId) {
      const json = await redis.hget(globalKeys.standings, rosterId)
      return json === null ? NO_STANDING : readJson(standingShape, json, 'The standing of a roster')
    },
    putStanding: async (rosterId, standing) => {
      await redis.hset(globalKeys.standings, rosterId, JSON.stringify(standing))
    },
    nextSequence: (teamKey, name) => redis.hincrby(laneKeys(teamKey).sequences, name, 1),
    laneIds: () => teamKeys.ids(),
    async lanesToVisit(lanes, now) {
      const needed = await Promise.all(
        lanes.map((lane) => {
          const keys = laneKeys(lane)
          const jobs = queueKeys(lane)
          const outboxes = [keys.outboxNow, keys.outboxInteractive, keys.outboxBulk]
          const queued = [jobs.wait, jobs.prioritized, jobs.delayed]
          return needsVisit.run(redis, [keys.lease, keys.lane, ...outboxes, ...queued, keys.schedule], [now])
        }),
      )
      return lanes.filter((_, at) => needed[at] === 1)
    },
    async lanesRecorded(lanes) {
      const found = await Promise.all(lanes.map((lane) => redis.exists(...outboxKeys(laneKeys(lane)))))
      return lanes.filter((_, at) => (found[at] ?? 0) > 0)
    },
    async noteRecorded(teamKey, { awake }) {
      for (const tell of listeners) tell(teamKey)
      if (!awake) await ready.ring(teamKey)
    },
    noteChanged: (teamKey, rosterId) => void changed.set(rosterId, teamKey),
    takeChanged() {
      const taken = changed
      changed = new Map()
      return taken
    },
    flush: () => additions.flush(),
    onRecorded: (listener) => void listeners.push(listener),
    rostersOf: (teamKey) => redis.smembers(laneKeys(teamKey).rosters),
  }
}
