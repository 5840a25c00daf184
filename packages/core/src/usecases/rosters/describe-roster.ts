import type { MemberStatus } from '../../domain/member.ts'
import type { Problem, Roster } from '../../domain/roster.ts'
import { readLaneStanding, type Store } from '../../store/index.ts'

export interface RosterDescription {
  roster: Roster
  status: 'active' | 'paused' | 'held' | 'blocked'
  problem: Problem | null
  counts: Record<MemberStatus, number>
  /** External testers of the app; Apple's limit. `used`: null until they were counted. */
  seats: { used: number | null; limit: number }
  /** Testers nobody put on the roster; null before the first reconcile. */
  drift: { unmanaged: number } | null
  lastReconcile: null
}

/** Apple's limit of external testers in one app. */
const SEATS = 10_000

export async function describeRoster(deps: { store: Store }, roster: Roster): Promise<RosterDescription> {
  const [counts, standing] = await Promise.all([
    deps.store.members(roster.teamKey, roster.id).counts(),
    readLaneStanding(deps.store.redis, roster.teamKey),
  ])
  const problem = roster.blocked ?? standing.blocked
  return {
    roster,
    status: roster.paused || standing.paused ? 'paused' : problem ? 'blocked' : 'active',
    problem,
    counts,
    seats: { used: null, limit: SEATS },
    drift: null,
    lastReconcile: null,
  }
}
