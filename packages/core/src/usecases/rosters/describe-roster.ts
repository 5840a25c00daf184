import type { MemberStatus } from '../../domain/member.ts'
import type { Problem, Roster } from '../../domain/roster.ts'
import type { RosterStanding } from '../../domain/standing.ts'
import { readLaneStanding, type Store } from '../../store/index.ts'

export interface RosterDescription {
  roster: Roster
  status: 'active' | 'paused' | 'held' | 'blocked'
  problem: Problem | null
  counts: Record<MemberStatus, number>
  standing: RosterStanding
}

export async function describeRoster(deps: { store: Store }, roster: Roster): Promise<RosterDescription> {
  const [counts, lane, standing] = await Promise.all([
    deps.store.members(roster.teamKey, roster.id).counts(),
    readLaneStanding(deps.store.redis, roster.teamKey),
    deps.store.standing(roster.id),
  ])
  const problem = roster.blocked ?? lane.blocked
  return {
    roster,
    status: roster.paused || lane.paused ? 'paused' : problem ? 'blocked' : 'active',
    problem,
    counts,
    standing,
  }
}
