import { randomUUID } from 'node:crypto'
import type { Log } from '../../log.ts'
import type { LaneQueue } from '../../queues/index.ts'
import type { ToRef } from '../../secrets/index.ts'
import type { Store } from '../../store/index.ts'
import { enqueueRecorded } from './enqueue-recorded.ts'

export interface EnqueuerDeps {
  store: Store
  toRef: ToRef
  log: Log
  /** Runs `work` with the lane's queue open. */
  withQueue: <T>(teamKey: string, work: (queue: Pick<LaneQueue, 'enqueue' | 'add'>) => Promise<T>) => Promise<T>
}

/** Makes jobs of what is recorded, within two seconds of it, whether or not a worker runs. */
export interface Enqueuer {
  /** Makes jobs of whatever any process recorded and left, a page of lanes at a time; one process of many at a time does. */
  sweep(): Promise<void>
  /** Ends once what is under way has ended; what was not begun is left to the others. */
  close(): Promise<void>
}

/** What is recorded in quick succession becomes jobs together, and a worker that heard the bell is quicker anyway. */
const GATHER_MS = 200
/** Jobs in one step: intake has its turn in between. */
const AT_ONCE = 200
const LANES_AT_ONCE = 4
const BUSY_AGAIN_MS = 250
const FAULT_AGAIN_MS = 1_000
/** While a member's job runs, its next one waits. The worker makes it when that one ends; this is for one that died. */
const LEFT_AGAIN_MS = 1_000
/** Over all processes. */
const SWEEP_EVERY_MS = 20_000
const SWEEP_PAGE = 500

/**
 * Makes jobs of accepted changes soon after their 202, in the process that accepted them: whether or not a worker runs, and whether
 * or not the lane may call Apple. Outside of any request, so that nobody waits for it.
 */
export function createEnqueuer(deps: EnqueuerDeps): Enqueuer {
  const { store, toRef, log } = deps
  const token = randomUUID()
  const waiting = new Map<string, NodeJS.Timeout>()
  const ready = new Set<string>()
  const running = new Map<string, Promise<void>>()
  let closed = false

  const later = (lane: string, ms: number) => {
    if (closed || waiting.has(lane)) return
    const timer = setTimeout(() => {
      waiting.delete(lane)
      ready.add(lane)
      begin()
    }, ms)
    timer.unref()
    waiting.set(lane, timer)
  }
  const begin = () => {
    for (const lane of ready) {
      if (closed || running.size >= LANES_AT_ONCE) return
      // Its next turn begins when this one has ended.
      if (running.has(lane)) continue
      ready.delete(lane)
      const turn = empty(lane)
        .catch((error: unknown) => {
          log.warn({ err: error, teamKey: lane }, 'lane.enqueue_failed')
          later(lane, FAULT_AGAIN_MS)
        })
        .finally(() => {
          running.delete(lane)
          begin()
        })
      running.set(lane, turn)
    }
  }
  const empty = (lane: string) =>
    deps.withQueue(lane, async (queue) => {
      const laneStore = store.lane(lane)
      let isRung = false
      while (!closed) {
        const begun = performance.now()
        const result = await enqueueRecorded({ lane: laneStore, queue, toRef }, token, AT_ONCE)
        if (result === 'busy') return later(lane, BUSY_AGAIN_MS)
        // A visit that ended just before has not counted these.
        if (result.queued > 0 && !result.leased && !isRung) {
          await store.ready.ring(lane)
          isRung = true
        }
        if (result.left === 0) return
        if (result.queued === 0) return later(lane, LEFT_AGAIN_MS)
        await new Promise((resolve) => setTimeout(resolve, performance.now() - begun))
      }
    })

  store.onRecorded((lane) => later(lane, GATHER_MS))
  return {
    async sweep() {
      if (!(await store.takeTask('enqueue', SWEEP_EVERY_MS))) return
      const lanes = await store.laneIds()
      for (let from = 0; from < lanes.length && !closed; from += SWEEP_PAGE) {
        for (const lane of await store.lanesRecorded(lanes.slice(from, from + SWEEP_PAGE))) later(lane, 0)
      }
    },
    async close() {
      closed = true
      for (const timer of waiting.values()) clearTimeout(timer)
      await Promise.all(running.values())
    },
  }
}
