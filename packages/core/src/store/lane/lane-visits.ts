import type { Redis } from 'ioredis'
import { list, number, oneOf, or, read, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { queueKeys, type LaneKeys } from '../keys.ts'
import { parseMemory, remember, type LaneMemory } from './lane-memory.ts'
import { outboxKeys, parseOutbox, type OutboxEntry } from './lane-outbox.ts'

const openScript = defineScript(import.meta.url, './open-visit.lua', './requeue-active.lua')
const renewScript = defineScript(import.meta.url, './renew-lease.lua')
const closeScript = defineScript(import.meta.url, './close-visit.lua', './requeue-active.lua')

/** The answer to a worker that asks for a lane: what it needs to begin with, or why it may not. */
export type OpenedVisit =
  | {
      kind: 'opened'
      memory: LaneMemory
      /** Jobs that a worker died with; they wait again. */
      recovered: number
      /** Jobs at that moment. */
      counts: { waiting: number; prioritized: number; delayed: number; active: number; failed: number }
      /** All changes that have no job; null where there are many, or another process makes jobs of them just now. */
      recorded: OutboxEntry[] | null
    }
  | { kind: 'busy'; leftMs: number }
  | { kind: 'paused' }

/** What a visit leaves to be done at once. */
export interface LeftBehind {
  /** Changes that have no job yet. */
  recorded: number
  /** Jobs that wait for nothing. */
  events: number
  bulk: number
}

/** The lease on a lane, and what one visit leaves for the next. */
export interface LaneVisits {
  open(token: string, leaseMs: number): Promise<OpenedVisit>
  /**
   * The lease for somebody who makes no visit. False while another has it: then the next one is promised for `promiseMs`, since a lane
   * that is visited over and over has no moment without a worker.
   */
  hold(token: string, leaseMs: number, promiseMs: number): Promise<boolean>
  /** False when the lease is lost. */
  renew(token: string, leaseMs: number): Promise<boolean>
  /** Gives the lane back, with all jobs that are still active; null when the lease was lost. */
  close(token: string): Promise<LeftBehind | null>
  remember(memory: Partial<LaneMemory>): Promise<void>
}

const OPENED = or(
  tuple(oneOf('busy'), number),
  or(tuple(oneOf('paused')), tuple(oneOf('opened'), number, list(number), list(texts), texts)),
)
/** More are taken as before, a part at a time, with others kept away: they would make the same jobs meanwhile. */
const RECORDED_AT_MOST = 50

export function createLaneVisits(redis: Redis, keys: LaneKeys, teamKey: string): LaneVisits {
  const queue = queueKeys(teamKey)
  const lists = [queue.active, queue.wait, queue.prioritized]
  return {
    async open(token, leaseMs) {
      const answer = await openScript.run(
        redis,
        [
          keys.lease,
          keys.lane,
          ...lists,
          keys.schedule,
          keys.promised,
          queue.delayed,
          queue.failed,
          keys.enqueuing,
          ...outboxKeys(keys),
        ],
        [token, leaseMs, queue.jobs, `law:${teamKey}`, RECORDED_AT_MOST],
      )
      return parseOpened(read(OPENED, answer, 'An answer of open-visit.lua'))
    },
    async hold(token, leaseMs, promiseMs) {
      if ((await redis.set(keys.lease, token, 'PX', leaseMs, 'NX')) === 'OK') {
        await redis.unlink(keys.promised)
        return true
      }
      await redis.set(keys.promised, token, 'PX', promiseMs)
      return false
    },
    async renew(token, leaseMs) {
      return (await renewScript.run(redis, [keys.lease], [token, leaseMs])) === 1
    },
    async close(token) {
      const answer = await closeScript.run(redis, [keys.lease, ...outboxKeys(keys), ...lists], [token, queue.jobs])
      const [recorded, events, bulk] = read(list(number), answer, 'An answer of close-visit.lua')
      if (recorded === undefined) return null
      return { recorded, events: events ?? 0, bulk: bulk ?? 0 }
    },
    remember: (memory) => remember(redis, keys.lane, memory),
  }
}

type Opened = ['busy', number] | ['paused'] | ['opened', number, number[], string[][], string[]]

function parseOpened(answer: Opened): OpenedVisit {
  if (answer[0] === 'busy') return { kind: answer[0], leftMs: answer[1] }
  if (answer[0] === 'paused') return { kind: answer[0] }
  const [kind, recovered, [waiting = 0, prioritized = 0, delayed = 0, failed = 0], recorded, flat] = answer
  const hash = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) hash.set(flat[at] ?? '', flat[at + 1] ?? '')
  return {
    kind,
    recovered,
    memory: parseMemory(hash),
    counts: { waiting, prioritized, delayed, active: 0, failed },
    recorded: recorded.length === 0 ? null : parseOutbox(recorded),
  }
}
