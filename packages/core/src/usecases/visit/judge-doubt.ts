import type { AppError } from '../../errors.ts'
import { blockLane, judgeKey } from './judge-key.ts'
import { comeAgainAt, sessionOf, type Visit } from './visit.ts'

/** After a rejected probe: soon at first, so that a chance costs little; a real rejection is found out over a minute. */
const SUSPICIOUS_AGAIN_MS = [2_000, 20_000, 42_000]
const RETRY_JUDGING_MS = 5_000

/**
 * An answer that may speak of the key. All calls of the visit that meet one share a judgement, and none is begun meanwhile.
 * `works`: the key is good, so the answer was chance or speaks of that endpoint alone; `stopped`: the lane stops here.
 */
export function judgeDoubt(visit: Visit, appId: string | undefined, error: AppError): Promise<'works' | 'stopped'> {
  visit.judging ??= judge(visit, appId, error).finally(() => (visit.judging = null))
  return visit.judging
}

async function judge(visit: Visit, appId: string | undefined, error: AppError): Promise<'works' | 'stopped'> {
  const { lane, clock, log, settings } = visit.deps
  const { keyAt } = visit.memory
  try {
    const verdict = await judgeKey({ lane, clock, session: sessionOf(visit), appId }, visit.memory, error)
    switch (verdict.kind) {
      case 'works':
        if (error.code === 'key_rejected') visit.setbacks++
        return 'works'
      case 'suspicious':
        await lane.remember({ suspicion: verdict.suspicion }, keyAt)
        stop(visit, error, SUSPICIOUS_AGAIN_MS[verdict.suspicion.count - 1] ?? 42_000)
        return 'stopped'
      case 'blocked':
        await blockLane(lane, keyAt, verdict.problem)
        visit.memory = { ...visit.memory, blocked: verdict.problem }
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
