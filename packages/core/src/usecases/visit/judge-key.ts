import type { Clock } from '../../domain/clock.ts'
import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { AppError, ERROR_RULES, isAppError, type ErrorCode } from '../../errors.ts'
import type { LaneMemory, LaneStore } from '../../store/index.ts'
import { stopLane } from './stop-lane.ts'
import { comeAgainAt, goesOn, rostersIn, sessionOf, type Visit } from './visit.ts'

/** What a doubtful answer means for the lane. */
type Verdict =
  | { kind: 'works' }
  | { kind: 'suspicious'; suspicion: { count: number; since: number } }
  | { kind: 'blocked'; problem: Problem }

const KEY_STATUS: Partial<Record<ErrorCode, TeamKeyStatus>> = {
  key_rejected: 'rejected',
  key_forbidden: 'forbidden',
  agreement_required: 'agreement_required',
}

/** 401 on this many fresh tokens, over this long, is no chance any more. */
const REJECTIONS = 3
const REJECTED_OVER_MS = 60_000

/**
 * Random 401s on good keys are common, and one endpoint's 403 does not condemn a key: the cheapest read decides. It is asked
 * with a fresh token, its times corrected by Apple's clock, and twice, since a probe meets the same chance.
 * @internal
 */
/** @internal */
export async function judgeKey(
  { clock, ask }: { clock: Clock; ask: () => Promise<ErrorCode | null> },
  memory: Pick<LaneMemory, 'suspicion'>,
  error: AppError,
): Promise<Verdict> {
  const blocked = (code: ErrorCode): Verdict => ({
    kind: 'blocked',
    problem: { code, detail: ERROR_RULES[code].title, at: clock.now() },
  })
  const found = (await ask()) && (await ask())
  if (error.code !== 'key_rejected') {
    const code = found ?? (condemns(error) ? error.code : null)
    return code === null ? { kind: 'works' } : blocked(code)
  }
  if (found === null) return { kind: 'works' }
  if (found !== 'key_rejected') return blocked(found)
  const now = clock.now()
  const suspicion = { count: (memory.suspicion?.count ?? 0) + 1, since: memory.suspicion?.since ?? now }
  if (suspicion.count >= REJECTIONS && now - suspicion.since >= REJECTED_OVER_MS) return blocked('key_rejected')
  return { kind: 'suspicious', suspicion }
}

/**
 * Whether a refusal condemns the key although it reads. An agreement is the account's. A role is known by the work that the key is
 * for: putting people in and out of groups, refused with Apple's own reason; everything else may be about one endpoint.
 */
function condemns({ code, details }: AppError): boolean {
  if (code === 'agreement_required') return true
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

export async function unblockLane(lane: LaneStore, keyAt: number): Promise<void> {
  const works = { blocked: null, suspicion: null, rest: null, waits: null, status: 'working', problem: null } as const
  await lane.remember(works, keyAt)
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

async function judge(visit: Visit, error: AppError): Promise<'works' | 'stopped'> {
  const { lane, clock, log, settings } = visit.deps
  const { keyAt } = visit.memory
  try {
    const verdict = await judgeKey({ clock, ask: () => probeKey(visit) }, visit.memory, error)
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
