import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { AppError, ERROR_RULES, isAppError, type ErrorCode } from '../../errors.ts'
import type { LaneMemory, LaneStore } from '../../store/index.ts'
import { stopLane } from './stop-lane.ts'
import { comeAgainAt, goesOn, rostersIn, sessionOf, type Visit } from './visit.ts'

const KEY_STATUS: Partial<Record<ErrorCode, TeamKeyStatus>> = {
  key_rejected: 'rejected',
  key_forbidden: 'forbidden',
  agreement_required: 'agreement_required',
}

/** 401 on this many fresh tokens, over this long, is no chance any more. */
const REJECTIONS = 3
const REJECTED_OVER_MS = 60_000

/**
 * Whether a refusal condemns the key although it reads. An agreement is the account's, a 401 is chance. A role is known by the work that the key is
 * for: putting people in and out of groups, refused with Apple's own reason; everything else may be about one endpoint.
 */
function condemns({ code, details }: AppError): boolean {
  if (code === 'agreement_required') return true
  if (code === 'key_rejected') return false
  const { method, path } = details
  const isOurWork =
    method !== 'GET' && (path === '/v1/betaTesters' || String(path).endsWith('/relationships/betaTesters'))
  return isOurWork && details['bare'] !== true
}

/** The code of what Apple holds against the key, or null when it answers. Errors that say nothing of the key are thrown. */
export async function probeKey(visit: Visit): Promise<ErrorCode | null> {
  const session = sessionOf(visit)
  const [roster] = await rostersIn(visit)
  try {
    await (roster ? session.findApps({ id: roster.app.id }) : session.listApps())
    return null
  } catch (error) {
    if (isAppError(error, 'key_rejected', 'key_forbidden', 'agreement_required')) return error.code
    throw error
  }
}

/**
 * Who was told that a key is refused is told that it works again by the next visit that gets an answer. Where nothing else is asked of Apple
 * (another key was given to a lane that rests, or the visit that got an answer died), this is.
 */
export async function askUnknownKey(visit: Visit): Promise<void> {
  const { memory, gate, deps } = visit
  const isUnknown = memory.toldBlock !== '' && memory.blocked === null && memory.status !== 'working'
  if (!isUnknown || visit.stopped !== null || gate.succeeded()) return
  try {
    const code = goesOn(visit) ? await probeKey(visit) : null
    if (code !== null) await judgeDoubt(visit, new AppError(code))
  } catch (error) {
    deps.log.warn({ err: error, teamKey: visit.teamKey }, 'Whether the key works could not be found out.')
    if (isAppError(error) && ERROR_RULES[error.code].stops === 'lane') stopLane(visit, error)
  }
  if (!gate.succeeded()) comeAgainAt(visit, deps.clock.now() + deps.settings.blockedCheckMs)
}

/** `keyAt`: the key that it is about. */
export async function blockLane(lane: LaneStore, keyAt: number, problem: Problem): Promise<void> {
  const status = KEY_STATUS[problem.code] ?? 'rejected'
  await lane.remember({ blocked: problem, suspicion: null, status, problem }, keyAt)
}

/** After a rejected probe: soon at first, so that a chance costs little; a real rejection is found out over a minute. */
const SUSPICIOUS_AGAIN_MS = [2_000, 20_000, 42_000]
const RETRY_JUDGING_MS = 5_000

/**
 * An answer that may speak of the key. All calls of the visit that meet one share a judgement, and none is begun meanwhile.
 * `works`: the key is good, so the answer was chance or speaks of that endpoint alone; `stopped`: the lane stops here.
 */
export function judgeDoubt(visit: Visit, error: AppError): Promise<'works' | 'stopped'> {
  visit.judging ??= judge(visit, error).finally(() => (visit.judging = null))
  return visit.judging
}

/**
 * Random 401s on good keys are common, and one endpoint's 403 does not condemn a key: the cheapest read decides. It is asked
 * with a fresh token, its times corrected by Apple's clock, and twice, since a probe meets the same chance.
 */
async function judge(visit: Visit, error: AppError): Promise<'works' | 'stopped'> {
  const { lane, clock, log, settings } = visit.deps
  const { keyAt } = visit.memory
  try {
    const found = (await probeKey(visit)) && (await probeKey(visit))
    const code = found ?? (condemns(error) ? error.code : null)
    if (code === null) {
      if (error.code === 'key_rejected') visit.setbacks++
      return 'works'
    }
    const suspicion = found === 'key_rejected' && error.code === found ? suspect(visit) : null
    if (suspicion) {
      await lane.remember({ suspicion }, keyAt)
      return stop(visit, error, SUSPICIOUS_AGAIN_MS[suspicion.count - 1] ?? 42_000)
    }
    const problem = { code, detail: ERROR_RULES[code].title, at: clock.now() }
    await blockLane(lane, keyAt, problem)
    visit.memory = { ...visit.memory, blocked: problem }
    log.warn({ event: 'lane.blocked', teamKey: visit.teamKey, code }, 'lane.blocked')
    return stop(visit, error, settings.blockedCheckMs)
  } catch (fault) {
    log.warn({ err: fault, teamKey: visit.teamKey }, 'The key could not be judged now.')
    return stop(visit, error, RETRY_JUDGING_MS)
  }
}

/** One rejection more; null once so many, over so long, are no chance. */
function suspect({ memory, deps }: Visit): LaneMemory['suspicion'] {
  const now = deps.clock.now()
  const { count, since } = memory.suspicion ?? { count: 0, since: now }
  if (count + 1 >= REJECTIONS && now - since >= REJECTED_OVER_MS) return null
  return { count: count + 1, since }
}

function stop(visit: Visit, error: AppError, againMs: number): 'stopped' {
  visit.stopped ??= error
  comeAgainAt(visit, visit.deps.clock.now() + againMs)
  return 'stopped'
}
