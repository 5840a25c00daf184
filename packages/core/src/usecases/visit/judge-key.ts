import type { AppleSession } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { ERROR_RULES, isAppError, type AppError, type ErrorCode } from '../../errors.ts'
import type { LaneMemory, LaneStore } from '../../store/index.ts'

export interface JudgeDeps {
  lane: LaneStore
  clock: Clock
  session: AppleSession
  /** An app that a roster of this key is for; undefined when there is none. */
  appId: string | undefined
}

/** What a doubtful answer means for the lane. */
export type Verdict =
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
 */
export async function judgeKey(deps: JudgeDeps, memory: LaneMemory, error: AppError): Promise<Verdict> {
  const found = (await probeKey(deps)) && (await probeKey(deps))
  if (error.code !== 'key_rejected') {
    const code = found ?? (condemns(error) ? error.code : null)
    return code === null ? { kind: 'works' } : { kind: 'blocked', problem: toProblem(deps, code) }
  }
  if (found === null) return { kind: 'works' }
  if (found !== 'key_rejected') return { kind: 'blocked', problem: toProblem(deps, found) }
  const now = deps.clock.now()
  const suspicion = { count: (memory.suspicion?.count ?? 0) + 1, since: memory.suspicion?.since ?? now }
  if (suspicion.count >= REJECTIONS && now - suspicion.since >= REJECTED_OVER_MS) {
    return { kind: 'blocked', problem: toProblem(deps, 'key_rejected') }
  }
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
export async function probeKey(deps: Pick<JudgeDeps, 'session' | 'appId'>): Promise<ErrorCode | null> {
  try {
    await (deps.appId === undefined ? deps.session.listApps() : deps.session.findApps({ id: deps.appId }))
    return null
  } catch (error) {
    if (isAppError(error, 'key_rejected', 'key_forbidden', 'agreement_required')) return error.code
    throw error
  }
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

function toProblem(deps: Pick<JudgeDeps, 'clock'>, code: ErrorCode): Problem {
  return { code, detail: ERROR_RULES[code].title, at: deps.clock.now() }
}
