import { ERROR_RULES } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Problem } from './roster.ts'

/** Why nothing happens to a member right now, the outermost reason first. Callers read the codes: never rename one. */
export const WAIT_CODES = [
  'lane_blocked',
  'lane_paused',
  'roster_blocked',
  'roster_paused',
  'roster_held',
  'no_worker',
  'budget',
  'retry',
  'quiet_time',
  'backlog',
] as const
/** What a member can wait for; docs/errors.md and the API's reference list them. */
export type WaitCode = (typeof WAIT_CODES)[number]

/** Why a member is not further, the outermost reason first, and what a person can do about it. */
export interface WaitsFor {
  code: WaitCode
  detail: string
  action: string
  /**
   * When it began (ms), where that is known. Not kept anywhere: it follows from what is stored of the lane, the roster and the member.
   * The backlog of a whole roster has none: its changes came one after the other.
   */
  since: number | null
  /** When it ends (ms), where that is known. */
  until: number | null
  /** Who has to do something about it; null: nobody, it goes on by itself. */
  who: string | null
  /** The plan that somebody has to decide on, where that is the reason. */
  plan?: string
}

/** `pausedAt`: when (ms), where that was noted. */
export interface WaitState {
  blocked: Problem | null
  paused: boolean
  pausedAt?: number | null
}

/** App Store Connect gives no usable answer (`silent`), or refuses the key (`refused`): since when, and when it is asked again (ms). */
export interface Outage {
  kind: 'silent' | 'refused'
  since: number | null
  until: number | null
}

/** A plan that waits for a decision. */
export interface HeldPlan {
  id: string
  at: number
  /** How many it would remove, and which of those who are asked about. */
  remove: number
  removals: readonly string[]
}

/** No calls of the team key go out: since and until when (ms); null: not known. */
export interface BudgetWait {
  since: number | null
  until: number | null
  /** Apple asked for a pause, and the hour has something left. */
  isAsked?: boolean
}

/** What holds for a whole lane and roster. */
export interface WaitSurroundings {
  now: number
  lane: WaitState
  roster: WaitState
  held: readonly HeldPlan[]
  /** Where none is running: when one that serves the team key last was (ms), if that is known. */
  worker: 'running' | { seenAt: number | null }
  /** Since when the team key's quota is used up, or Apple wants no calls though some is left, and until when (ms); null: neither. */
  budget: BudgetWait | null
  /** App Store Connect answers nobody of this team key, or refuses the key for less than a minute. `until`: when it is asked again (ms). */
  outage: Outage | null
  /** When the backlog is expected to be done (ms). */
  backlogUntil: number | null
}

/** What holds for one member. */
export interface WaitingMember {
  id: string
  /** Something is left to do: it waits, is under way, or sleeps. */
  isOpen: boolean
  /** It can't go on by itself: for an address, a seat, or after a refusal. */
  isStuck: boolean
  /** When its newest change arrived (ms). */
  changedAt: number
  /** Its job sleeps until then (ms). */
  sleepsUntil: number | null
  /** When its last turn ended with a problem that speaks of what is wanted now (ms): a refusal, or a look-up that got no answer. */
  troubledAt: number | null
  /** When what is wanted now went to Apple, or was last read there (ms): the result is still to be read. */
  lookedAt: number | null
}

/** The outermost reason why nothing happens to a member; null where nothing is left to do, or it is under way. */
export function waitsFor(around: WaitSurroundings, member: WaitingMember): WaitsFor | null {
  const plan = around.held.find(({ removals }) => removals.includes(member.id))
  if (!member.isOpen && plan === undefined) return null
  const stopped = member.isOpen ? stoppedBy(around) : null
  if (stopped) return stopped
  if (plan !== undefined) return held(plan, `The plan ${plan.id} would remove this member, and waits for a decision.`)
  if (member.isStuck) return null
  const short = lacking(around)
  if (short) return short
  const { sleepsUntil, changedAt, troubledAt, lookedAt } = member
  const sleeps = sleepsUntil !== null && sleepsUntil > around.now
  if (around.outage) return outage(around.outage, sleeps ? sleepsUntil : 0)
  if (sleeps && troubledAt !== null) return { ...wait('retry', sleepsUntil), since: troubledAt }
  if (sleeps) return { ...wait('quiet_time', sleepsUntil), since: lookedAt }
  // Its turn is to come since the change arrived, or since it was last tried, or should have been.
  const since = Math.max(changedAt, troubledAt ?? 0, lookedAt ?? 0, sleepsUntil ?? 0)
  return { ...wait('backlog', around.backlogUntil), since }
}

/** The same for a roster as a whole: why nothing happens there, or what everybody on it waits for. `hasOpen`: changes are on their way. */
export function rosterWaitsFor(around: WaitSurroundings, hasOpen: boolean): WaitsFor | null {
  const stopped = stoppedBy(around)
  if (stopped) return stopped
  const [plan] = around.held
  if (plan !== undefined) {
    const { remove } = plan
    const who = remove === 1 ? '1 person' : `${remove.toLocaleString('en-US')} people`
    const what = remove === 0 ? 'A list with rows that could mean anybody' : `A plan that would remove ${who}`
    return held(plan, `${what} waits for a decision.`)
  }
  if (!hasOpen) return null
  const short = lacking(around)
  if (short) return short
  return around.outage ? outage(around.outage) : wait('backlog', around.backlogUntil)
}

/** What stops a whole lane or roster. */
function stoppedBy({ lane, roster }: WaitSurroundings): WaitsFor | null {
  if (lane.blocked) return blocked('lane_blocked', lane.blocked)
  if (lane.paused) return { ...wait('lane_paused', null), since: lane.pausedAt ?? null }
  if (roster.blocked) return blocked('roster_blocked', roster.blocked)
  if (roster.paused) return { ...wait('roster_paused', null), since: roster.pausedAt ?? null }
  return null
}

/** What is missing for anything to be carried out. */
function lacking({ worker, budget }: WaitSurroundings): WaitsFor | null {
  if (worker !== 'running') return { ...wait('no_worker', null), since: worker.seenAt }
  if (budget === null) return null
  return { ...wait('budget', budget.until), ...(budget.isAsked ? ASKED : {}), since: budget.since }
}

function outage({ kind, since, until }: Outage, notBefore = 0): WaitsFor {
  const again = { ...wait('retry', until === null ? null : Math.max(until, notBefore)), since }
  if (kind === 'refused') {
    const detail =
      'App Store Connect has just refused the team key. It is asked again for a minute before that is believed.'
    return { ...again, detail, action: 'Nothing yet: it continues by itself, or says that the key is rejected.' }
  }
  const detail =
    'App Store Connect gives no usable answers, so everything of this team key waits; Flightroster tries again.'
  const action = 'Nothing: it continues by itself. Apple reports outages at https://developer.apple.com/system-status/.'
  return { ...again, detail, action }
}

const held = ({ id, at }: HeldPlan, detail: string): WaitsFor => ({
  ...wait('roster_held', null),
  detail,
  since: at,
  plan: id,
})

/** Who can mend what stops a lane or roster, where it is not an operator. */
const MENDED_BY: Partial<Record<ErrorCode, string>> = {
  key_rejected: 'Somebody who may make keys: the Account Holder or an Admin of the Apple team',
  key_forbidden: 'The Account Holder or an Admin of the Apple team',
  agreement_required: 'The Account Holder of the Apple team',
}

function blocked(code: 'lane_blocked' | 'roster_blocked', problem: Problem): WaitsFor {
  const { action } = ERROR_RULES[problem.code]
  const who = MENDED_BY[problem.code] ?? OPERATOR
  return { code, detail: problem.detail, action, since: problem.at, until: null, who }
}

const OPERATOR = 'An operator'
const WHO: Partial<Record<WaitCode, string>> = {
  lane_paused: OPERATOR,
  roster_paused: OPERATOR,
  roster_held: OPERATOR,
  no_worker: 'Whoever runs Flightroster',
}

const ASKED = {
  detail: 'App Store Connect has asked for fewer calls, so nothing is sent for this team key for a while.',
  action: 'Nothing: it continues by itself.',
}

const WORDS: Record<WaitCode, { detail: string; action: string }> = {
  lane_blocked: { detail: 'The team key is blocked.', action: 'See the team key.' },
  lane_paused: {
    detail: 'The team key is paused: nothing goes to Apple for any of its rosters.',
    action: 'Resume it: POST /v1/team-keys/{teamKeyId}/resume, or the lanes page.',
  },
  roster_blocked: { detail: 'The roster is blocked.', action: 'See the roster.' },
  roster_paused: {
    detail: 'The roster is paused: its changes are kept, and carried out once it is resumed.',
    action: 'Resume it: POST /v1/rosters/{rosterId}/resume, or the page of the roster.',
  },
  roster_held: {
    detail: 'A plan that would remove this member waits for a decision.',
    action: 'Approve or reject the plan on the page of the roster.',
  },
  no_worker: {
    detail: 'No worker is running that serves this team key.',
    action: 'Start a worker. What was accepted is kept until then.',
  },
  budget: {
    detail: "Apple's hourly quota of this team key is used up for now.",
    action: 'Nothing: it continues as soon as the rolling hour has room.',
  },
  retry: {
    detail: 'The last attempt failed; Flightroster tries again.',
    action: 'Nothing, or ask for it now: POST /v1/rosters/{rosterId}/members/{memberId}/converge.',
  },
  quiet_time: {
    detail: 'Apple shows changes with a delay, so the result is read a little later.',
    action: 'Nothing: look again after that time.',
  },
  backlog: {
    detail: 'It waits for its turn, or is being carried out right now.',
    action: 'Nothing: look again in a moment.',
  },
}

/** Of a roster of which everything that is open is tried again: its people have the reasons. */
export const ALL_TRIED_AGAIN = {
  detail: 'The last attempts failed; Flightroster tries again.',
  action: 'Nothing: it continues by itself. The pages of the people who are on the way say what went wrong.',
}

function wait(code: WaitCode, until: number | null): WaitsFor {
  return { code, ...WORDS[code], since: null, until, who: WHO[code] ?? null }
}
