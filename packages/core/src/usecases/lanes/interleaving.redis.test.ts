import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { makeRoster, makeTeamKey } from '@flightroster/core/testing'
import { withRedis } from '@flightroster/core/testing/with-redis'
import { createFakeApple } from '../../../testing/fake-apple.ts'
import {
  interleaving,
  LANES,
  ROSTERS,
  toChange,
  toFate,
  tooManyMails,
  type Operation,
} from '../../../testing/interleaved-operations.ts'
import { Interleaver, type SteppedProcess } from '../../../testing/interleaver.ts'
import type { Clock } from '../../domain/clock.ts'
import { systemClock } from '../../domain/clock.ts'
import { isAppError } from '../../errors.ts'
import { createLog } from '../../log.ts'
import { createLaneQueue, type LaneQueue } from '../../queues/index.ts'
import { createToRef } from '../../secrets/index.ts'
import {
  createBudget,
  createLaneStore,
  createSchedule,
  createStore,
  queueName,
  queuePrefix,
  type Store,
} from '../../store/index.ts'
import { NO_TRACING } from '../../tracing.ts'
import { recordAndWake, requestWork } from '../intake/index.ts'
import { retryFailed } from '../members/index.ts'
import { erasePerson } from '../people/index.ts'
import { deleteRoster, pauseRoster, resumeBegun, resumeRoster } from '../rosters/index.ts'
import { moveRoster } from '../rosters/move-roster.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'
import { lawTask } from '../schedule/tasks.ts'
import { VISIT } from '../visit/visit-settings.ts'
import { visitLane } from './visit-lane.ts'

/** As many runs as go into this time; hours of them find what no commit waits for. */
const SECONDS = Number(process.env['INTERLEAVING_SECONDS'] ?? 20)
const SEED = Number(process.env['INTERLEAVING_SEED'] ?? Date.now() % 1_000_000_000)

const APP = { id: '1234', bundleId: 'com.acme.app', name: 'Acme' }

const { redis: admin, server } = await withRedis({ flush: false })
afterEach(() => void vi.useRealTimers())

const log = createLog({ level: 'silent', name: 'test' })
const toRef = createToRef(Buffer.alloc(32, 3))

/** Whoever waits does so by the interleaver of the run that is under way. */
const waits = vi.hoisted(() => ({ sleep: async (_ms: number) => {} }))
vi.mock('node:timers/promises', async (original) => ({
  ...(await original<object>()),
  setTimeout: (ms: number) => waits.sleep(ms),
}))

class Run {
  readonly apple = createFakeApple()
  readonly interleaver = new Interleaver(server.url, admin)
  readonly faults: string[] = []
  /** Times that a member joined a roster of this id, or was asked to be invited: more mails than these are too many. */
  readonly reasons = new Map<string, number>()
  readonly clock: Clock = {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() + this.interleaver.sleptMs(),
  }
  readonly #stores = new Map<SteppedProcess, Store>()
  readonly #queues = new Map<SteppedProcess, Map<string, LaneQueue>>()
  #groups = 0
  #recovered = 0

  constructor() {
    waits.sleep = (ms) => this.interleaver.sleep(ms)
  }

  storeOf(process: SteppedProcess): Store {
    const store = this.#stores.get(process) ?? createStore(process.redis)
    this.#stores.set(process, store)
    return store
  }

  depsOf(process: SteppedProcess) {
    return { store: this.storeOf(process), clock: this.clock, log, toRef, dedupDays: 7, charge: async () => {} }
  }

  queueOf(process: SteppedProcess, of: string) {
    const queues = this.#queues.get(process) ?? new Map<string, LaneQueue>()
    this.#queues.set(process, queues)
    const queue =
      queues.get(of) ??
      createLaneQueue(process.redis, { prefix: queuePrefix(of), name: queueName(of) }, { lockMs: 15_000, maxStalls: 3 })
    queues.set(of, queue)
    return queue
  }

  /** As put-roster makes one, after Apple has been asked. */
  async make(store: Store, id: string): Promise<void> {
    const group = { id: `group-${id}-${++this.#groups}`, name: id }
    this.apple.addGroup(group.id)
    const record = makeRoster({ id, app: APP, group, createdAt: Date.now() + this.#groups })
    await store.lane('acme').roster(id).enterLane()
    await store.joinApp(APP.id, id)
    if (await store.rosters.insert(record)) await store.lane('acme').roster(id).noteBirth(record.createdAt)
  }

  /** How soon the lane wants to be visited again (ms), or null. */
  async visit(process: SteppedProcess, of: string): Promise<number | null> {
    const store = this.storeOf(process)
    const laneStore = createLaneStore(process.redis, of)
    const { inMs } = await visitLane(
      {
        store,
        lane: {
          ...laneStore,
          recordStranded: async (...args) => {
            const count = await laneStore.recordStranded(...args)
            this.#recovered += count
            return count
          },
        },
        queue: this.queueOf(process, of),
        budget: createBudget(process.redis, of, { windowMs: 3_600_000, defaultLimit: 100_000 }),
        apple: this.apple.clientOf((name) => process.step(name)),
        clock: this.clock,
        log,
        settings: { ...VISIT, quietAfterWriteMs: 0, blockedCheckMs: 30_000 },
        toRef,
        tracing: NO_TRACING,
        dedupDays: 7,
        credentials: async () => ({ issuerId: 'i', keyId: 'k', privateKey: '', at: 0 }),
        extendClaim: async () => {},
        tell: async () => {},
        draining: () => false,
      },
      of,
    )
    return inMs
  }

  async enqueue(process: SteppedProcess, of: string): Promise<void> {
    await enqueueRecorded(
      { lane: createLaneStore(process.redis, of), queue: this.queueOf(process, of), toRef },
      `enqueuer-${Math.random()}`,
      100,
    )
  }

  async record(process: SteppedProcess, operation: Operation & { do: 'join' | 'leave' }) {
    const { do: kind, roster: id, member: who } = operation
    const deps = this.depsOf(process)
    const found = await deps.store.rosters.find(id)
    if (!found || found.deleting) return
    const known = await deps.store.members(found.teamKey, id).find(who)
    if (kind === 'leave' && !known) return
    if (kind === 'join') this.#note(id, who)
    await recordAndWake(deps, found.teamKey, [toChange(operation)])
  }

  #note(reason: string, who: string): void {
    const key = `${reason}\0${who}@example.com`
    this.reasons.set(key, (this.reasons.get(key) ?? 0) + 1)
  }

  async take(process: SteppedProcess, operation: Operation): Promise<void> {
    const deps = this.depsOf(process)
    switch (operation.do) {
      case 'join':
      case 'leave':
        return this.record(process, operation)
      case 'converge':
      case 'invitation':
      case 'retry':
        if (operation.do === 'invitation') this.#note('invitation', operation.member)
        return requestWork(deps, { roster: operation.roster, member: operation.member, kind: operation.do })
      case 'pause':
        return void (await pauseRoster(deps, operation.roster))
      case 'resume':
        return void (await resumeRoster(deps, operation.roster))
      case 'remake':
        await deleteRoster(deps, { id: operation.roster, testers: 'keep' }).catch(unlessForeseen)
        await this.make(deps.store, operation.roster)
        return
      case 'empty':
        return void (await deleteRoster(deps, { id: operation.roster, testers: 'remove' }))
      case 'move': {
        const found = await deps.store.rosters.find(operation.roster)
        if (found && !found.deleting && !found.moving && found.teamKey !== operation.to) {
          await moveRoster(deps, found, operation.to)
        }
        return
      }
      case 'group': {
        const found = await deps.store.rosters.find(operation.roster)
        if (found) this.apple.hideGroup(found.group.id, operation.isHidden)
        return
      }
      case 'erase':
        return void (await erasePerson(deps, `${operation.member}@example.com`))
      case 'seats':
        this.apple.seats = operation.count
        return
      case 'enqueue':
        return this.enqueue(process, operation.lane)
      case 'visit':
        return void (await this.visit(process, operation.lane))
    }
  }

  /** What each process does; one that is killed comes back, and goes on with the next. */
  async takeAll(operations: Operation[]): Promise<void> {
    let process = await this.interleaver.start()
    for (const operation of operations) {
      if (process.isDead()) process = await this.interleaver.start()
      try {
        await this.take(process, operation)
      } catch (error) {
        const isLost = error instanceof Error && /process is dead|Connection is closed/.test(error.message)
        if (!process.isDead() && !isLost && !isAppError(error)) this.faults.push(`${operation.do}: ${String(error)}`)
      }
    }
    if (!process.isDead()) process.redis.disconnect()
  }

  /** All is resumed, everybody alive, Apple has room: until nothing is left to do. */
  async rest(): Promise<SteppedProcess> {
    this.interleaver.goOn()
    this.apple.seats = Infinity
    const process = await this.interleaver.start()
    const deps = this.depsOf(process)
    for (const { group } of await deps.store.rosters.list()) this.apple.hideGroup(group.id, false)
    for (const of of LANES) await admin.del(`fr:{${of}}:lease`, `fr:{${of}}:enqueuing`, `fr:{${of}}:promised`)
    // The law holds right away, before anything heals by itself.
    await this.visitAll(process, (of) => createSchedule(admin, of).replan(lawTask(of), 0))
    const begun = Date.now()
    vi.useFakeTimers({ toFake: ['Date'] })
    for (let turn = 1; turn <= MOST_TURNS && (await this.open(process)).length > 0; turn++) {
      vi.setSystemTime(begun + turn * 31_000)
      await resumeBegun(deps)
      for (const found of await deps.store.rosters.list()) {
        if (found.paused && !found.deleting) await resumeRoster(deps, found.id)
        // Three workers died with it in hand: a person looks, and has it tried again.
        await retryFailed(deps, found)
      }
      await this.visitAll(process)
    }
    expect(await this.open(process)).toEqual([])
    return process
  }

  async visitAll(process: SteppedProcess, before: (of: string) => Promise<unknown> = async () => {}): Promise<void> {
    for (const of of LANES) {
      await before(of)
      await this.enqueue(process, of)
      for (let again = 0; again < 4; again++) if ((await this.visit(process, of)) !== 0) break
    }
  }

  /** What is still to be done. */
  async open(process: SteppedProcess): Promise<string[]> {
    const { store } = this.depsOf(process)
    const open: string[] = []
    for (const { id, teamKey, deleting, moving } of await store.rosters.list()) {
      if (deleting || moving) open.push(`${id} is ${deleting ? 'being deleted' : 'moving'}`)
      const { records } = await store.members(teamKey, id).scan('0')
      for (const { id: who, desired, observed, status } of records) {
        if (status === 'failed' || desired.version !== observed?.converged)
          open.push(`${id}/${who} v${desired.version}, at v${observed?.converged}: ${status}`)
      }
    }
    for (const of of LANES) {
      const counts = await this.queueOf(process, of).counts()
      const recorded = await store.lanesRecorded([of])
      const left = counts.waiting + counts.prioritized + counts.active + recorded.length
      if (left > 0) open.push(`${of}: ${JSON.stringify({ ...counts, recorded })}`)
    }
    return open
  }

  async check(process: SteppedProcess): Promise<void> {
    expect(this.faults).toEqual([])
    expect({ recovered: this.#recovered }).toEqual({ recovered: 0 })
    const { store } = this.depsOf(process)
    for (const { id, teamKey, group } of await store.rosters.list()) {
      const { records } = await store.members(teamKey, id).scan('0')
      const wanted = records.filter(({ desired, status }) => desired.present && status !== 'failed')
      expect({ id, in: this.apple.members(group.id).sort() }).toEqual({
        id,
        in: wanted.map(({ desired }) => desired.email ?? '').sort(),
      })
      expect(records.filter(({ status }) => status === 'failed')).toEqual([])
    }
    expect(tooManyMails(this.apple.mails, this.reasons)).toEqual([])
  }
}

const MOST_TURNS = 40

function unlessForeseen(error: unknown): void {
  if (!isAppError(error)) throw error
}

it(
  `strands nobody, whatever happens in between (seed ${SEED})`,
  async () => {
    const until = performance.now() + SECONDS * 1_000
    let runs = 0
    await fc.assert(
      fc.asyncProperty(interleaving, async ({ processes, choices }) => {
        // No limit of fast-check's own: that one leaves a run behind which goes on without its store.
        if (performance.now() > until) return
        runs += 1
        await admin.flushall()
        vi.useRealTimers()
        const run = new Run()
        const first = await run.interleaver.start()
        const store = run.storeOf(first)
        run.interleaver.goOn()
        for (const id of LANES) await store.teamKeys.put(makeTeamKey({ id }))
        for (const id of ROSTERS) await run.make(store, id)
        run.interleaver.hold()
        const next = () => choices.next().value as number
        await run.interleaver.run(Promise.all(processes.map((operations) => run.takeAll(operations))), {
          choose: (count) => next() % count,
          fateOf: () => toFate(next()),
        })
        const process = await run.rest()
        await run.check(process)
        process.redis.disconnect()
        first.redis.disconnect()
      }),
      { numRuns: SECONDS * 100, seed: SEED, includeErrorInReport: true },
    )
    expect(runs).toBeGreaterThan(0)
    console.info(`${runs} runs of seed ${SEED}`)
  },
  SECONDS * 1_000 + 300_000,
)
