import type { AppError } from '../../errors.ts'
import { blockLane, judgeKey } from './judge-key.ts'
import { noteTrouble } from './outage.ts'
import { comeAgainAt, sessionOf, type Visit } from './visit.ts'

/** After a rejected token: soon, so that a chance costs little; a real rejection is asked three times over a minute. */
const SUSPICIOUS_AGAIN_MS = 25_000
/** After this many chances in one visit, something is wrong that the probe does not show. */
const CHANCES = 20
const RATE_LIMITED_AGAIN_MS = 5_000

/**
 * What a lane-wide answer means: nothing more is sent in this visit, and the lane comes again when that is useful. Called for
 * each call that met it; the first one decides.
 */
export function stopLane(visit: Visit, appId: string | undefined, error: AppError): void {
  if (visit.stopped) return
  visit.stopped = error
  const now = visit.deps.clock.now()
  visit.deps.log.warn(
    { event: 'lane.stopped', teamKey: visit.teamKey, code: error.code, details: error.details },
    'lane.stopped',
  )
  switch (error.code) {
    case 'apple_rate_limited':
      visit.setbacks++
      comeAgainAt(visit, now + (error.retryAfterMs ?? RATE_LIMITED_AGAIN_MS))
      return
    case 'key_rejected':
    case 'key_forbidden':
    case 'agreement_required':
      visit.verdict = judge(visit, appId, error)
      return
    default:
      // Out of budget, or the lease is another's: the time that the error names, or soon.
      comeAgainAt(visit, now + (error.retryAfterMs ?? RATE_LIMITED_AGAIN_MS))
  }
}

async function judge(visit: Visit, appId: string | undefined, error: AppError): Promise<void> {
  const { lane, clock, log, settings } = visit.deps
  try {
    const verdict = await judgeKey({ lane, clock, session: sessionOf(visit), appId }, visit.facts, error)
    switch (verdict.kind) {
      case 'chance':
        visit.setbacks++
        if (visit.facts.suspicion) await lane.setFacts({ suspicion: null })
        visit.chances++
        visit.stopped = null
        if (visit.chances > CHANCES) noteTrouble(visit, error, visit.chances)
        return
      case 'suspicious':
        await lane.setFacts({ suspicion: verdict.suspicion })
        comeAgainAt(visit, clock.now() + SUSPICIOUS_AGAIN_MS)
        return
      case 'blocked':
        await blockLane(lane, verdict.problem)
        log.warn({ event: 'lane.blocked', teamKey: visit.teamKey, code: verdict.problem.code }, 'lane.blocked')
        comeAgainAt(visit, clock.now() + settings.blockedCheckMs)
    }
  } catch (fault) {
    log.warn({ err: fault, teamKey: visit.teamKey }, 'The key could not be judged now.')
    comeAgainAt(visit, clock.now() + RATE_LIMITED_AGAIN_MS)
  }
}
