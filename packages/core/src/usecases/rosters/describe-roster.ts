import type { MemberStatus } from '../../domain/member.ts'
import type { Problem, Roster } from '../../domain/roster.ts'
import type { RosterStanding } from '../../domain/standing.ts'
import { createBuilds, createReconciliations, readLaneStanding, type Store } from '../../store/index.ts'
import { warningsOf } from '../builds/warnings-of.ts'

export interface RosterDescription {
  roster: Roster
  status: 'active' | 'paused' | 'held' | 'blocked'
  problem: Problem | null
  counts: Record<MemberStatus, number>
  standing: RosterStanding
}

export async function describeRoster(deps: { store: Store }, roster: Roster): Promise<RosterDescription> {
  const [counts, lane, standing, builds, isHeld] = await Promise.all([
    deps.store.members(roster.teamKey, roster.id).counts(),
    readLaneStanding(deps.store.redis, roster.teamKey),
    deps.store.standing(roster.id),
    createBuilds(deps.store.redis, roster.teamKey).find(roster.id),
    createReconciliations(deps.store.redis, roster.teamKey).hasHeld(roster.id),
  ])
  const problem = roster.blocked ?? lane.blocked
  return {
    roster: { ...roster, warnings: warningsOf(roster, builds) },
    status: roster.paused || lane.paused ? 'paused' : problem ? 'blocked' : isHeld ? 'held' : 'active',
    problem,
    counts,
    standing,
  }
}
