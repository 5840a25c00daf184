import type { Redis } from 'ioredis'
import { list, number, or, read, text } from '../domain/shape.ts'
import { defineScript } from './define-script.ts'
import { queueKeys, type LaneKeys } from './keys.ts'
import { parseFacts, setFacts, type LaneFacts } from './lane-facts.ts'
import { outboxKeys } from './lane-outbox.ts'

const openScript = defineScript(import.meta.url, './open-visit.lua', './requeue-active.lua')
const renewScript = defineScript(import.meta.url, './renew-lease.lua')
const closeScript = defineScript(import.meta.url, './close-visit.lua', './requeue-active.lua')

export type OpenedVisit =
  | {
      kind: 'opened'
      facts: LaneFacts
      /** Jobs that a worker died with; they wait again. */
      recovered: number
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
  setFacts(facts: Partial<LaneFacts>): Promise<void>
}

/** A word, then what goes with it. */
const OPENED = list(or(text, number))

export function createLaneVisits(redis: Redis, keys: LaneKeys, teamKey: string): LaneVisits {
  const queue = queueKeys(teamKey)
  const lists = [queue.active, queue.wait, queue.prioritized]
  return {
    async open(token, leaseMs) {
      const answer = await openScript.run(
        redis,
        [keys.lease, keys.lane, ...lists, keys.schedule, keys.promised],
        [token, leaseMs, queue.jobs, `law:${teamKey}`],
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
    setFacts: (facts) => setFacts(redis, keys.lane, facts),
  }
}

function parseOpened(answer: (string | number)[]): OpenedVisit {
  const [kind, ...rest] = answer
  if (kind === 'busy') return { kind, leftMs: Number(rest[0]) }
  if (kind === 'paused') return { kind }
  const [recovered, ...flat] = rest
  const hash = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) hash.set(String(flat[at]), String(flat[at + 1]))
  return { kind: 'opened', recovered: Number(recovered), facts: parseFacts(hash) }
}
