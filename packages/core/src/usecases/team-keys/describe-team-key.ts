import type { Problem, TeamKey, TeamKeyStatus } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import type { LaneReader, LaneStatus } from '../lane-overview/lane-status.ts'

/** A team key as it may be shown: never its private key. */
export interface TeamKeyDescription {
  id: string
  issuerId: string
  keyId: string
  status: TeamKeyStatus
  problem: Problem | null
  budget: Awaited<ReturnType<LaneReader['budget']>>
  lane: LaneStatus
  /** Set while the lane is stopped until a passed check. */
  blocked: Problem | null
}

/** A team key as `GET /v1/team-keys/:id` tells it; never its private key. */
export async function describeTeamKey(
  deps: { store: Store; lanes: LaneReader },
  teamKey: TeamKey,
): Promise<TeamKeyDescription> {
  const [standing, lane, budget] = await Promise.all([
    deps.store.lane(teamKey.id).standing(),
    deps.lanes.status(teamKey.id),
    deps.lanes.budget(teamKey.id),
  ])
  return {
    id: teamKey.id,
    issuerId: teamKey.issuerId,
    keyId: teamKey.keyId,
    status: standing.status,
    problem: standing.problem ?? standing.blocked,
    budget,
    lane: { ...lane, paused: standing.paused },
    blocked: standing.blocked,
  }
}
