import { AppError, type ErrorCode } from '../src/errors.ts'
import type { LaneCounts } from '../src/queues/index.ts'
import type { LaneMemory, LeftBehind, OutboxEntry } from '../src/store/index.ts'
import { NO_TRACING } from '../src/tracing.ts'
import { createLog } from '../src/log.ts'
import { VISIT, type VisitDeps } from '../src/usecases/lanes/index.ts'
import { createSettableClock } from './clock.ts'
import { makeRoster } from './fixtures.ts'
import type { Reconciliation } from '../src/domain/reconciliation.ts'
import type { Roster } from '../src/domain/roster.ts'

const NO_JOBS: LaneCounts = { waiting: 0, prioritized: 0, delayed: 0, active: 0, failed: 0 }
const NOTHING_LEFT: LeftBehind = { recorded: 0, events: 0, bulk: 0, delayedAt: null, scheduledAt: null }
const FRESH_MEMORY: LaneMemory = {
  blocked: null,
  suspicion: null,
  endpoints: {},
  chunk: 50,
  parallel: 4,
  outage: 0,
  outageSince: null,
  rest: null,
  waits: null,
  status: 'working',
  problem: null,
  toldBlock: '',
  keyAt: 7,
}

/** A lane as a visit finds it. */
export interface LaneScript {
  memory?: Partial<LaneMemory>
  /** Jobs of a worker that died. */
  recovered?: number
  /** What opening the lane is answered with, where it is not opened. */
  refused?: { kind: 'busy'; leftMs: number } | { kind: 'paused' } | { kind: 'unclaimed' }
  /** Recorded changes: one for each time that the outbox is looked at. */
  recorded?: OutboxEntry[][]
  /** What the lane's key is, once it is opened. */
  key?: 'there' | 'gone' | 'unreadable'
  /** What reading the apps, which shows whether the key works, is answered with, one after the other; a good answer after these. */
  probes?: (ErrorCode | 'fault' | null)[]
  /** Tasks of the schedule, by when they are due (ms from now). */
  tasks?: Record<string, number>
  /** Calls that the budget has. */
  calls?: number
  /** When it has more (ms from now). */
  callsIn?: number
  left?: Partial<LeftBehind>
  roster?: Partial<Roster>
  /** The only reconciliation. */
  plan?: Pick<Reconciliation, 'status'>
}

/** A lane in memory, and everything that a visit does with it, in words and in order. */
export function makeLane(script: LaneScript = {}) {
  const clock = createSettableClock()
  const told: string[] = []
  const remembered: Partial<LaneMemory>[] = []
  const schedule = new Map(Object.entries(script.tasks ?? {}).map(([task, inMs]) => [task, clock.now() + inMs]))
  const probes = [...(script.probes ?? [])]
  const outbox = [...(script.recorded ?? [])]
  const roster = makeRoster(script.roster)
  const plan = script.plan ? { id: 'r-1', roster: roster.id, kind: 'reading', ...script.plan } : null
  let left = script.calls ?? 100
  const keptBack: number[] = []
  let isDraining = false
  let closes = 0
  /** Lets a test change what a step does. */
  const hooks = {
    onRound: async () => {},
    onBegin: async () => {},
    onAsked: async () => {},
    onClose: async (_nth: number) => {},
    onRenew: async () => true,
  }
  const ask = async () => {
    told.push('asked')
    await hooks.onAsked()
    const answer = probes.shift() ?? null
    if (answer === 'fault') throw new AppError('apple_unreachable')
    if (answer !== null) throw new AppError(answer)
    return []
  }
  const deps = {
    clock,
    log: createLog({ level: 'silent', name: 'test' }),
    settings: { ...VISIT },
    tracing: NO_TRACING,
    dedupDays: 30,
    toRef: (_roster: string, member: string) => member,
    draining: () => isDraining,
    tell: async () => void told.push('told'),
    extendClaim: async () => void told.push('claim extended'),
    async credentials() {
      if (script.key === 'unreadable') throw new AppError('secret_unreadable')
      return script.key === 'gone' ? undefined : { at: FRESH_MEMORY.keyAt }
    },
    lane: {
      async open() {
        if (script.refused) return script.refused
        const memory = { ...FRESH_MEMORY, ...script.memory }
        return { kind: 'opened', memory, recovered: script.recovered ?? 0, counts: NO_JOBS, recorded: null }
      },
      async remember(memory: Partial<LaneMemory>) {
        told.push('remembered')
        remembered.push(memory)
      },
      async renew() {
        told.push('renewed')
        return hooks.onRenew()
      },
      async close() {
        await hooks.onClose(++closes)
        told.push('closed')
        return { ...NOTHING_LEFT, ...script.left }
      },
      async takeOutbox() {
        await hooks.onRound()
        return outbox.shift() ?? []
      },
      openPlaces: async (items: unknown[]) => items.map(() => ({ state: 'none' })),
      dropFromOutbox: async () => ({ left: 0, leased: true }),
    },
    queue: {
      counts: async () => NO_JOBS,
      nextDelayedAt: async () => null,
      async enqueue(jobs: unknown[]) {
        told.push(`${jobs.length} jobs made`)
        return new Set()
      },
      extendLocks: async () => void told.push('locks extended'),
    },
    budget: {
      async reserve(wanted: number, share: number) {
        keptBack.push(share)
        const granted = Math.min(wanted, left)
        left -= granted
        return { granted, nextAt: clock.now() + (script.callsIn ?? 60_000), now: clock.now() }
      },
      async begin(_holder: string, calls: number) {
        await hooks.onBegin()
        return { begun: calls, reservedAt: clock.now() }
      },
      async release(unused: number) {
        left += unused
        if (unused > 0) told.push(`${unused} calls given back`)
      },
      unbegin: async () => {},
      note: async () => {},
      keepQuiet: async () => {},
    },
    apple: {
      session: (_key: unknown, gate: { admit(call: unknown): Promise<void>; note(record: unknown): Promise<void> }) => {
        const call = async () => {
          await gate.admit({})
          const quota = { hourLimit: null, hourRemaining: null, minuteLimit: null, minuteRemaining: null }
          const record = (code: ErrorCode | null, status: number) => ({ method: 'GET', path: '/', code, status, quota })
          try {
            const answer = await ask()
            await gate.note(record(null, 200))
            return answer
          } catch (error) {
            await gate.note(record((error as AppError).code, 400))
            throw error
          }
        }
        return { findApps: call, listApps: call, getGroup: call }
      },
    },
    store: {
      teamKeys: { find: async () => ({ createdAt: 7 }) },
      rosters: {
        find: async () => roster,
        findMany: async () => new Map([[roster.id, roster]]),
        async update(_id: string, change: (current: Roster) => Roster) {
          Object.assign(roster, change({ ...roster }))
        },
      },
      rostersOf: async () => [roster.id],
      nextSequence: async () => 1,
      lane: () => ({
        facts: {
          async noteKey(state: string) {
            told.push(`key: ${state === '' ? 'works' : state}`)
          },
          add: async (facts: { type: string }[]) => void told.push(...facts.map(({ type }) => type)),
        },
        reconciliations: { find: async () => plan, listHeld: async () => [] },
        schedule: {
          async first() {
            const [first] = [...schedule].sort(([, a], [, b]) => a - b)
            return first ? { task: first[0], at: first[1] } : null
          },
          async plan(task: string, at: number) {
            schedule.set(task, Math.min(at, schedule.get(task) ?? Infinity))
          },
          replan: async (task: string, at: number) => void schedule.set(task, at),
          async settle(task: string, until: number, at: number | null) {
            if (schedule.get(task) !== until) return
            if (at === null) schedule.delete(task)
            else schedule.set(task, at)
          },
        },
      }),
    },
  }
  return {
    deps: deps as unknown as VisitDeps,
    clock,
    told,
    remembered,
    hooks,
    roster,
    /** The shares of the budget that were left to others. */
    keptBack,
    /** When a task is due from now (ms); undefined where it is not planned. */
    dueIn(task: string) {
      const at = schedule.get(task)
      return at === undefined ? undefined : at - clock.now()
    },
    plan: (task: string, inMs: number) => void schedule.set(task, clock.now() + inMs),
    /** Calls that the budget has, none of them in hand. */
    callsLeft: () => left,
    drain: () => void (isDraining = true),
  }
}
