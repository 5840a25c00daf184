import type { Redis } from 'ioredis'
import { defineScript } from './define-script.ts'
import type { LaneKeys } from './keys.ts'
import { parseFacts, setFacts, type LaneFacts } from './lane-facts.ts'
import { outboxKeys } from './lane-outbox.ts'

const openScript = defineScript(import.meta.url, './open-visit.lua')
const renewScript = defineScript(import.meta.url, './renew-lease.lua')
const closeScript = defineScript(import.meta.url, './close-visit.lua')

export type OpenedVisit =
  | {
      kind: 'opened'
      fence: number
      workCount: number
      recorded: number
      now: number
      facts: LaneFacts
      /** The visit before did not say that it left no job in hand: it may have died. */
      isUnclean: boolean
    }
  | { kind: 'busy'; leftMs: number }
  | { kind: 'paused' }

/** The lease on a lane, and what one visit leaves for the next. */
export interface LaneVisits {
  open(token: string, leaseMs: number): Promise<OpenedVisit>
  /** False when the lease is lost. */
  renew(token: string, leaseMs: number): Promise<boolean>
  /** How many changes were recorded and not queued; null when the lease was lost. `isClean`: no job is left in anybody's hand. */
  close(token: string, isClean: boolean): Promise<number | null>
  setFacts(facts: Partial<LaneFacts>): Promise<void>
}

export function createLaneVisits(redis: Redis, keys: LaneKeys): LaneVisits {
  const outboxes = outboxKeys(keys)
  return {
    async open(token, leaseMs) {
      const answer = await openScript.run(redis, [keys.lease, keys.lane, keys.work, ...outboxes], [token, leaseMs, ''])
      return parseOpened(answer as (string | number)[])
    },
    async renew(token, leaseMs) {
      return (await renewScript.run(redis, [keys.lease], [token, leaseMs])) === 1
    },
    async close(token, isClean) {
      const answer = await closeScript.run(redis, [keys.lease, keys.lane, ...outboxes], [token, isClean ? 1 : 0])
      const recorded = answer as number
      return recorded < 0 ? null : recorded
    },
    setFacts: (facts) => setFacts(redis, keys.lane, facts),
  }
}

function parseOpened(answer: (string | number)[]): OpenedVisit {
  const [kind, ...rest] = answer
  if (kind === 'busy') return { kind, leftMs: Number(rest[0]) }
  if (kind === 'paused') return { kind }
  const [fence, workCount, recorded, now, ...flat] = rest
  const hash = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) hash.set(String(flat[at]), String(flat[at + 1]))
  return {
    kind: 'opened',
    fence: Number(fence),
    workCount: Number(workCount),
    recorded: Number(recorded),
    now: Number(now),
    facts: parseFacts(hash),
    isUnclean: hash.has('visiting'),
  }
}
