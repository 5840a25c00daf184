import { startEmulator, type Emulator } from '@flightroster/emulator'
import { Redis } from 'ioredis'
import { createAppleClient, type AppleClient, type AppleSession } from '@flightroster/app-store-connect'
import { systemClock, type Clock } from '../src/domain/clock.ts'
import type { MemberStatus } from '../src/domain/member.ts'
import type { Roster } from '../src/domain/roster.ts'
import { createLog } from '../src/log.ts'
import { createLaneQueue } from '../src/queues/index.ts'
import { createToRef } from '../src/secrets/index.ts'
import {
  createBudget,
  createLaneStore,
  createSchedule,
  createStore,
  queueName,
  queuePrefix,
  type Store,
} from '../src/store/index.ts'
import { NO_TRACING } from '../src/tracing.ts'
import { acceptEvents, type EventOutcome } from '../src/usecases/intake/index.ts'
import { createLaneReader } from '../src/usecases/lane-overview/lane-status.ts'
import type { VisitEnd } from '../src/usecases/lanes/next-visit.ts'
import { visitLane } from '../src/usecases/lanes/visit-lane.ts'
import type { VisitDeps } from '../src/usecases/visit/visit.ts'
import { VISIT, type VisitSettings } from '../src/usecases/visit/visit-settings.ts'
import { eventually } from './eventually.ts'
import { makeEvent, makeRoster, makeTeamKey } from './fixtures.ts'
import { startRedis, type TestRedis } from './redis.ts'

type Given = Parameters<typeof makeEvent>[2]

/** A lane with a worker that visits when told to, a real Redis, and the emulator in Apple's place. */
export interface LaneRig {
  server: TestRedis
  redis: Redis
  store: Store
  emulator: Emulator
  /** What use cases of the API need. */
  deps: ReturnType<typeof makeDeps>
  settings: VisitSettings
  /** What the worker, Apple and the use cases go by: the host's clock, ahead of it by what `until` and `pass` have let go by. */
  clock: Clock
  /** So much time goes by at once. */
  pass(ms: number): void
  /** How much went by so: what this machine takes is not in it. */
  passedMs(): number
  /** How many members the law found nowhere. */
  recovered: number
  addRoster(overrides?: Partial<Roster>): Promise<Roster>
  /** Membership events of these people, one batch, as the API takes it. What is not given is as `makeEvent` has it. */
  join(members: string | readonly string[], given?: Given): Promise<EventOutcome[]>
  update(members: string | readonly string[], given?: Given): Promise<EventOutcome[]>
  leave(members: string | readonly string[], given?: Given): Promise<EventOutcome[]>
  /** When the lane is next due (ms), or null. */
  visit(lane?: string): Promise<number | null>
  /** As the pump visits. */
  visitOnce(lane?: string): Promise<VisitEnd>
  /** A visit of the lane of all rosters by a process of its own, which may have other things than the rig's. */
  visitBy(redis: Redis, own?: Partial<VisitDeps>): Promise<VisitEnd>
  /** The client by which its visits call Apple. */
  apple: AppleClient
  /** Apple with the emulator's first key, outside of any visit. */
  session(): AppleSession
  queueOf(lane: string): ReturnType<typeof createLaneQueue>
  /** Makes a task due now. */
  due(task: string, lane?: string): Promise<void>
  /**
   * Visits until `check` passes. After each visit that was in vain a quarter of a second goes by at once, `timeoutMs` in all: nobody waits for
   * what sleeps, nor for Apple.
   */
  until<T>(check: () => Promise<T> | T, timeoutMs?: number): Promise<T>
  statuses(roster?: string, lane?: string): Promise<Record<string, MemberStatus>>
  [Symbol.asyncDispose](): Promise<void>
}

const APP = '1234'
const log = createLog({ level: 'silent', name: 'test' })
/** What goes by between two visits of `until`. */
const STEP_MS = 250

function makeDeps(redis: Redis, store: Store, clock: Clock) {
  const budgetOf = (lane: string) => createBudget(redis, lane, { windowMs: 3_600_000, defaultLimit: 3_600 }, clock)
  const lanes = createLaneReader({ store, clock, budgetOf })
  return {
    store,
    clock,
    log,
    charge: async () => {},
    dedupDays: 7,
    toRef: createToRef(Buffer.alloc(32, 9)),
    lanes,
    budgetOf,
  }
}

export async function startLaneRig(): Promise<LaneRig> {
  const server = await startRedis()
  const redis = new Redis(server.url)
  const store = createStore(redis)
  let aheadMs = 0
  const clock: Clock = { now: () => systemClock.now() + aheadMs, monotonic: () => systemClock.monotonic() + aheadMs }
  const pass = (ms: number) => void (aheadMs += ms)
  const emulator = await startEmulator({ clock, seed: { apps: [{ id: APP, bundleId: 'com.acme.app', groups: [] }] } })
  emulator.addGroup(APP, { name: 'Team', isInternalGroup: true })
  const apple = createAppleClient({ baseUrl: emulator.url, clock, log })
  const deps = makeDeps(redis, store, clock)
  const settings: VisitSettings = { ...VISIT, quietAfterWriteMs: 0 }
  const queues = new Map<string, ReturnType<typeof createLaneQueue>>()
  const openQueue = (own: Redis, lane: string) =>
    createLaneQueue(own, { prefix: queuePrefix(lane), name: queueName(lane) }, { lockMs: 15_000, maxStalls: 3, clock })
  const queueOf = (lane: string) => {
    const queue = queues.get(lane) ?? openQueue(redis, lane)
    queues.set(lane, queue)
    return queue
  }
  const credentials = () => {
    const [key] = emulator.keys
    if (!key) throw new Error('The emulator has no key.')
    return { issuerId: key.issuerId, keyId: key.keyId, privateKey: key.privateKeyPem }
  }
  const keyIn = (own: Store, lane: string) => async () => ({
    ...credentials(),
    at: (await own.teamKeys.find(lane))?.updatedAt ?? 0,
  })
  const surroundings = (lane: string) => ({
    budget: deps.budgetOf(lane),
    apple,
    clock,
    log,
    settings,
    toRef: deps.toRef,
    tracing: NO_TRACING,
    dedupDays: 7,
    credentials: keyIn(store, lane),
    extendClaim: async () => {},
    tell: async () => {},
    draining: () => false,
  })
  const tell = (kind: 'join' | 'update' | 'leave') => (members: string | readonly string[], given?: Given) =>
    acceptEvents(
      deps,
      [members].flat().map((member) => makeEvent(kind, member, given)),
    )
  const rig: LaneRig = {
    join: tell('join'),
    update: tell('update'),
    leave: tell('leave'),
    server,
    redis,
    store,
    emulator,
    apple,
    deps,
    settings,
    clock,
    pass,
    passedMs: () => aheadMs,
    recovered: 0,
    queueOf,
    async addRoster(overrides = {}) {
      const id = overrides.id ?? 'gold'
      const app = overrides.app ?? { id: APP, bundleId: 'com.acme.app', name: 'Acme' }
      const group = emulator.addGroup(app.id, { name: id })
      emulator.addBuild(app.id, { groups: [group.id] })
      const roster = makeRoster({ id, ...overrides, app, group })
      await store.teamKeys.put(makeTeamKey({ id: roster.teamKey }))
      await store.enterRoster(roster)
      await store.groups.claim(roster)
      return roster
    },
    async visit(lane) {
      const { inMs } = await rig.visitOnce(lane)
      return inMs === null ? null : clock.now() + inMs
    },
    visitOnce(lane = 'acme') {
      const laneStore = createLaneStore(redis, lane)
      const counted = {
        ...laneStore,
        async recordStranded(...those: Parameters<typeof laneStore.recordStranded>) {
          const count = await laneStore.recordStranded(...those)
          rig.recovered += count
          return count
        },
      }
      return visitLane({ ...surroundings(lane), store, lane: counted, queue: queueOf(lane) }, lane)
    },
    async visitBy(own, more = {}) {
      const queue = openQueue(own, 'acme')
      const ownStore = createStore(own)
      const itself = {
        store: ownStore,
        lane: createLaneStore(own, 'acme'),
        queue,
        credentials: keyIn(ownStore, 'acme'),
      }
      try {
        return await visitLane({ ...surroundings('acme'), ...itself, ...more }, 'acme')
      } finally {
        await queue.close()
      }
    },
    session: () => apple.session(credentials(), { admit: async () => {}, note: () => {} }),
    due: (task, lane = 'acme') => createSchedule(redis, lane).replan(task, 0),
    until: (check, timeoutMs = 60_000) => {
      let leftMs = timeoutMs
      const visitAll = async () => {
        for (const lane of await store.laneIds()) await rig.visit(lane)
        try {
          return await check()
        } catch (error) {
          pass(Math.min(STEP_MS, leftMs))
          leftMs -= Math.min(STEP_MS, leftMs)
          throw error
        }
      }
      return eventually(visitAll, { timeoutMs: Math.max(timeoutMs, 60_000), everyMs: 5 })
    },
    async statuses(roster = 'gold', lane = 'acme') {
      const members = store.members(lane, roster)
      const { records } = await members.scan('0')
      return Object.fromEntries(records.map(({ id, status }) => [id, status]))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...queues.values()].map((queue) => queue.close()))
      await apple.close()
      await emulator.close()
      redis.disconnect()
      await server.close()
    },
  }
  return rig
}
