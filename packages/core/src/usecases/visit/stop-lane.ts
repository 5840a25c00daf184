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
