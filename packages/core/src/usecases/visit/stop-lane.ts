import type { AppError } from '../../errors.ts'
import { comeAgainAt, noteRefusal, type Visit } from './visit.ts'

const AGAIN_MS = 5_000

/**
 * A lane-wide answer: nothing more is sent in this visit, and the lane comes again when that is useful. Called for each call
 * that met it; the first one decides.
 */
export function stopLane(visit: Visit, error: AppError): void {
  if (visit.stopped) return
  visit.stopped = error
  if (error.code === 'apple_rate_limited') visit.setbacks++
  // Out of budget, asked to be quiet, or the lease is another's: the time that the error names, or soon.
  const at = visit.deps.clock.now() + (error.retryAfterMs ?? AGAIN_MS)
  // What bulk work may no longer take is still there for events: the lane does not rest.
  if (error.code === 'budget_exhausted') noteRefusal(visit, at)
  else comeAgainAt(visit, at)
  visit.deps.log.info({ event: 'lane.stopped', teamKey: visit.teamKey, code: error.code }, 'lane.stopped')
}

/** Failures in a row of calls for one member that are taken for Apple's state, not the member's. */
const FAILURES = 3
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 60_000

/**
 * Apple answers nobody: the lane waits, longer each time, instead of every member spending attempts of its own. The next visit
 * carries out one job alone; its success opens the lane again, so an hour's outage costs some eighty calls a lane.
 */
export function noteTrouble(visit: Visit, error: AppError, merged: number): void {
  visit.failures++
  if (merged <= 1 && visit.failures < FAILURES && visit.memory.outage === 0) return
  if (visit.stopped) return
  visit.stopped = error
  // A visit that had a success begins to count anew.
  visit.outage = (visit.outage === 0 ? 0 : visit.memory.outage) + 1
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(visit.outage, 10))
  comeAgainAt(visit, visit.deps.clock.now() + Math.round(wait * (0.5 + Math.random() / 2)))
  visit.deps.log.warn(
    { event: 'lane.outage', teamKey: visit.teamKey, code: error.code, outage: visit.outage },
    'lane.outage',
  )
}
