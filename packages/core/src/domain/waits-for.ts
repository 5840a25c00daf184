import { ERROR_RULES } from '../errors.ts'
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
export type WaitCode = (typeof WAIT_CODES)[number]

export interface WaitsFor {
  code: WaitCode
  detail: string
  action: string
  /** When it ends (ms), where that is known. */
  until: number | null
}

/** What holds for a whole lane and roster. */
export interface WaitSurroundings {
  now: number
  lane: { blocked: Problem | null; paused: boolean }
  roster: { blocked: Problem | null; paused: boolean }
  /** Members whom a plan that waits for a decision would remove → the plan. */
  held: ReadonlyMap<string, string>
  hasWorker: boolean
  /** When the team key's quota gives something back (ms); null: there is some left. */
  budgetUntil: number | null
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
  /** Its job sleeps until then (ms). `attempts`: how many failed before. */
  sleeping: { until: number; attempts: number } | null
  /** Its last turn ended with a problem: a look-up that was refused, say, which costs no attempt. */
  isTroubled: boolean
}

/** The outermost reason why nothing happens to a member; null where nothing is left to do, or it is under way. */
export function waitsFor(around: WaitSurroundings, member: WaitingMember): WaitsFor | null {
  const plan = around.held.get(member.id)
  if (!member.isOpen && plan === undefined) return null
  if (member.isOpen) {
    if (around.lane.blocked) return blocked('lane_blocked', around.lane.blocked)
    if (around.lane.paused) return wait('lane_paused', null)
    if (around.roster.blocked) return blocked('roster_blocked', around.roster.blocked)
    if (around.roster.paused) return wait('roster_paused', null)
  }
  if (plan !== undefined) {
    return {
      ...wait('roster_held', null),
      detail: `The plan ${plan} would remove this member, and waits for a decision.`,
    }
  }
  if (member.isStuck) return null
  if (!around.hasWorker) return wait('no_worker', null)
  if (around.budgetUntil !== null) return wait('budget', around.budgetUntil)
  if (member.sleeping && member.sleeping.until > around.now) {
    return wait(member.sleeping.attempts > 0 || member.isTroubled ? 'retry' : 'quiet_time', member.sleeping.until)
  }
  return wait('backlog', around.backlogUntil)
}

function blocked(code: 'lane_blocked' | 'roster_blocked', problem: Problem): WaitsFor {
  return { code, detail: problem.detail, action: ERROR_RULES[problem.code].action, until: null }
}

const WORDS: Record<WaitCode, { detail: string; action: string }> = {
  lane_blocked: { detail: 'The team key is blocked.', action: 'See the team key.' },
  lane_paused: {
    detail: 'The team key is paused: nothing goes to Apple for any of its rosters.',
    action: 'An operator resumes it: POST /v1/team-keys/{teamKeyId}/resume, or the lanes page.',
  },
  roster_blocked: { detail: 'The roster is blocked.', action: 'See the roster.' },
  roster_paused: {
    detail: 'The roster is paused: its changes are kept, and carried out once it is resumed.',
    action: 'An operator resumes it: POST /v1/rosters/{rosterId}/resume, or the page of the roster.',
  },
  roster_held: {
    detail: 'A plan that would remove this member waits for a decision.',
    action: 'Approve or reject the plan on the page of the roster.',
  },
  no_worker: {
    detail: 'No worker is running that serves this team key.',
    action: 'An operator starts a worker. What was accepted is kept until then.',
  },
  budget: {
    detail: "Apple's hourly quota of this team key is used up for now.",
    action: 'Nothing: it goes on as the hour gives calls back.',
  },
  retry: {
    detail: 'The last attempt failed; it is tried again by itself.',
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

function wait(code: WaitCode, until: number | null): WaitsFor {
  return { code, ...WORDS[code], until }
}
