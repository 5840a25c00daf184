import type { LeftBehind } from '../../store/index.ts'

/** Nothing was done, and nobody knows better: so long until the lane is visited again, ms. And whoever rings, where nobody was served. */
const IDLE_MS = 250
/** While nothing can be done, whoever rings is heard this much later at most, ms. */
const LONGEST_HOLD_MS = 1_000

/** Why a visit did nothing: `nothing` is none that anybody foresaw, and one too many of these is a fault. */
export type Idle = 'busy' | 'paused' | 'gone' | 'resting' | 'budget' | 'nothing'

/** What a visit leaves to whoever keeps the lane's due time. Spans, not times: the ready index has a clock of its own. */
export interface VisitEnd {
  /** When the lane is next worth a visit; null: when it is rung. */
  inMs: number | null
  /** So long the lane is not visited, whoever rings. */
  holdMs: number
  /** Why nothing was done; null where something was. */
  idle: Idle | null
}

/** What a visit leaves in its lane. Times are ms. */
export interface Leftover extends LeftBehind {
  now: number
  /** Something was done: a job was made, carried out or brought back, a task, or a call at least. */
  did: boolean
  /** A member's turn came to its end: settled, or failed. */
  served: boolean
  /** Nothing at all may be done before (the lane is blocked, or Apple is out of order); null where that is not so. */
  restUntil: number | null
  /** The budget gives nothing to events, or to bulk work, before; 0 where it was not asked or gave something. */
  refusedUntil: { events: number; bulk: number }
  /** When something is to be looked at again. */
  askedAt: number | null
}

/**
 * When a lane comes again. Work that is there makes it due at once only where this visit could have done it: what the budget refused
 * waits for the budget, a lane at rest for the end of its rest. And whatever the reason, a visit that did nothing is never
 * followed by another at once: a reason that was forgotten here costs four idle visits a second, not a thousand. Nor
 * does one that served nobody: a stream of events for people who can only be parked, or wait in line for a seat, is taken together.
 */
export function nextVisit(left: Leftover): VisitEnd {
  const { now, did, served, restUntil } = left
  if (restUntil !== null) return end(left, Math.max(restUntil, now + IDLE_MS), 'resting', restUntil)
  const events = left.refusedUntil.events
  const bulk = Math.max(events, left.refusedUntil.bulk)
  // Recorded during this visit, and not rung yet, perhaps.
  const workFrom = served ? now : now + IDLE_MS
  const times = [
    left.recorded > 0 ? Math.max(workFrom, events) : null,
    left.events > 0 ? Math.max(workFrom, events) : null,
    left.bulk > 0 ? Math.max(workFrom, bulk) : null,
    left.delayedAt === null ? null : Math.max(left.delayedAt, events),
    left.scheduledAt,
    left.askedAt,
  ].filter((at) => at !== null)
  const at = times.length === 0 ? null : Math.min(...times)
  const soonest = did ? now : now + IDLE_MS
  return end(left, at === null ? null : Math.max(at, soonest), bulk > now ? 'budget' : 'nothing', events)
}

function end({ now, did, served }: Leftover, at: number | null, reason: Idle, heldUntil: number): VisitEnd {
  return {
    inMs: at === null ? null : Math.max(0, Math.round(at - now)),
    holdMs: holdMs(Math.max(heldUntil - now, served ? 0 : IDLE_MS)),
    idle: did ? null : reason,
  }
}

/** A lane that can do nothing until then: a stream of events must not bring it a stream of visits. */
export function holdMs(restMs: number): number {
  return Math.round(Math.min(LONGEST_HOLD_MS, Math.max(0, restMs)))
}
