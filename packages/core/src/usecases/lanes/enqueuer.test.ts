import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createLog } from '../../log.ts'
import type { OutboxEntry, Store } from '../../store/index.ts'
import { createEnqueuer, type EnqueuerDeps } from './enqueuer.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const entry = (member: string): OutboxEntry => ({ roster: 'gold', member, from: 'interactive', arrival: '1' })

/** Lanes in memory, with what is recorded in each. `taken` says which lane was looked at, and when (ms). */
function setUp(lanes: Record<string, OutboxEntry[]>) {
  const begun = performance.now()
  const taken: [string, number][] = []
  const rung: string[] = []
  /** Members whose jobs run, the lanes that are being visited, and the store's faults. */
  const state = { running: new Set<string>(), leased: false, busy: 0, faults: 0, tasks: 1, atOnce: 0, most: 0 }
  let onRecorded = (_lane: string) => {}
  const store = {
    onRecorded: (listener: typeof onRecorded) => void (onRecorded = listener),
    ready: { ring: async (lane: string) => void rung.push(lane) },
    takeTask: async () => state.tasks-- > 0,
    laneIds: async () => Object.keys(lanes),
    lanesRecorded: async (ids: string[]) => ids.filter((id) => (lanes[id] ?? []).length > 0),
    lane: (lane: string) => ({
      async takeOutbox(_token: string, limit: number) {
        taken.push([lane, Math.round(performance.now() - begun)])
        state.most = Math.max(state.most, ++state.atOnce)
        await new Promise((resolve) => setTimeout(resolve, 20))
        state.atOnce--
        if (state.faults-- > 0) throw new Error('The store is away.')
        if (state.busy-- > 0) return 'busy'
        return (lanes[lane] ?? []).slice(0, limit)
      },
      openPlaces: async (items: { member: string }[]) =>
        items.map(({ member }) => ({ state: state.running.has(member) ? 'active' : 'none', id: member })),
      async dropFromOutbox(_token: string, made: OutboxEntry[]) {
        const gone = new Set(made.map(({ member }) => member))
        lanes[lane] = (lanes[lane] ?? []).filter(({ member }) => !gone.has(member))
        return { left: lanes[lane].length, leased: state.leased }
      },
    }),
  }
  const queue = {
    enqueue: async (items: { ref: string; place: { state: string } }[]) =>
      new Set(items.filter(({ place }) => place.state === 'active').map(({ ref }) => ref)),
    add: async () => {},
  }
  const deps: EnqueuerDeps = {
    store: store as unknown as Store,
    toRef: (_roster, member) => member,
    log: createLog({ level: 'silent', name: 'test' }),
    withQueue: (_lane, work) => work(queue as unknown as Parameters<typeof work>[0]),
  }
  return { enqueuer: createEnqueuer(deps), record: (lane: string) => onRecorded(lane), lanes, taken, rung, state }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

it('gathers what is recorded in quick succession for a moment, and rings once for a lane that nobody visits', async () => {
  const { record, taken, rung, lanes } = setUp({ acme: Array.from({ length: 450 }, (_, at) => entry(`m${at}`)) })
  for (let at = 0; at < 5; at++) record('acme')
  await pass(199)
  expect(taken).toEqual([])
  await pass(1_000)
  // 200 jobs in one step, and as long a pause after each as it took.
  expect([taken.map(([, at]) => at), lanes['acme'], rung]).toEqual([[200, 240, 280], [], ['acme']])
})

it('rings for no lane that is being visited: the visit counts what is there at its end', async () => {
  const { record, rung, state, lanes } = setUp({ acme: [entry('ann')] })
  state.leased = true
  record('acme')
  await pass(1_000)
  expect([lanes['acme'], rung]).toEqual([[], []])
})

it('comes again a little later where another process is at it, where the store was away, and for whom a job runs just now', async () => {
  const busy = setUp({ acme: [entry('ann')] })
  busy.state.busy = 1
  const away = setUp({ acme: [entry('ann')] })
  away.state.faults = 1
  const runs = setUp({ acme: [entry('ann')] })
  runs.state.running.add('ann')
  for (const one of [busy, away, runs]) one.record('acme')
  await pass(1_250)
  runs.state.running.clear()
  await pass(2_000)
  expect([busy, away, runs].map(({ taken }) => taken.map(([, at]) => at))).toEqual([
    [200, 470],
    [200, 1_220],
    [200, 1_220, 2_240],
  ])
  expect([busy, away, runs].map(({ lanes }) => lanes['acme'])).toEqual([[], [], []])
})

it('is at no more than four lanes at once, and each of them has its turn', async () => {
  const ids = Array.from({ length: 10 }, (_, at) => `lane-${at}`)
  const { enqueuer, taken, state, lanes } = setUp(Object.fromEntries(ids.map((id) => [id, [entry(id)]])))
  await enqueuer.sweep()
  await pass(1_000)
  expect([state.most, taken.map(([lane]) => lane).sort()]).toEqual([4, ids])
  expect(Object.values(lanes).flat()).toEqual([])
})

it('sweeps once in a while over all processes, not in each', async () => {
  const { enqueuer, taken, state } = setUp({ acme: [entry('ann')] })
  state.tasks = 0
  await enqueuer.sweep()
  await pass(1_000)
  expect(taken).toEqual([])
})

it('ends once what is under way has ended, and begins nothing after', async () => {
  const { enqueuer, record, taken, lanes } = setUp({ acme: [entry('ann')], other: [entry('bob')] })
  record('acme')
  await pass(205)
  record('other')
  const closed = enqueuer.close()
  await pass(1_000)
  await closed
  expect([taken, lanes['other']?.length]).toEqual([[['acme', 200]], 1])
})
