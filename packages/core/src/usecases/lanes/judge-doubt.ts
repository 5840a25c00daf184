import type { AppError } from '../../errors.ts'
import { blockLane, judgeKey } from './judge-key.ts'
import { noteTrouble } from './outage.ts'
import { comeAgainAt, sessionOf, type Visit } from './visit.ts'

/** After a rejected probe: soon at first, so that a chance costs little; a real rejection is found out over a minute. */
const SUSPICIOUS_AGAIN_MS = [2_000, 20_000, 42_000]
/** After this many chances in one visit, something is wrong that the probe does not show. */
const CHANCES = 20
const RETRY_JUDGING_MS = 5_000

/**
 * An answer that may speak of the key. All calls of the visit that meet one share a judgement, and none is begun meanwhile.
 * `chance`: the call may go out again; `stopped`: the lane stops here.
 */
export function judgeDoubt(visit: Visit, appId: string | undefined, error: AppError): Promise<'chance' | 'stopped'> {
  visit.judging ??= judge(visit, appId, error).finally(() => (visit.judging = null))
  return visit.judging
}

async function judge(visit: Visit, appId: string | undefined, error: AppError): Promise<'chance' | 'stopped'> {
  const { lane, clock, log, settings } = visit.deps
  try {
    const verdict = await judgeKey({ lane, clock, session: sessionOf(visit), appId }, visit.facts, error)
    switch (verdict.kind) {
      case 'chance':
        visit.setbacks++
        visit.chances++
        if (visit.chances <= CHANCES) return 'chance'
        noteTrouble(visit, error, visit.chances)
        return 'stopped'
      case 'suspicious':
        await lane.setFacts({ suspicion: verdict.suspicion })
        stop(visit, error, SUSPICIOUS_AGAIN_MS[verdict.suspicion.count - 1] ?? 42_000)
        return 'stopped'
      case 'blocked':
        await blockLane(lane, verdict.problem)
        visit.facts = { ...visit.facts, blocked: verdict.problem }
        log.warn({ event: 'lane.blocked', teamKey: visit.teamKey, code: verdict.problem.code }, 'lane.blocked')
        stop(visit, error, settings.blockedCheckMs)
        return 'stopped'
    }
  } catch (fault) {
    log.warn({ err: fault, teamKey: visit.teamKey }, 'The key could not be judged now.')
    stop(visit, error, RETRY_JUDGING_MS)
    return 'stopped'
  }
}

function stop(visit: Visit, error: AppError, againMs: number): void {
  visit.stopped ??= error
  comeAgainAt(visit, visit.deps.clock.now() + againMs)
}
