import { describeSupply, type SupplyDescription } from '../../domain/build-supply.ts'
import type { Clock } from '../../domain/clock.ts'
import { peopleInGroup, type MemberStatus } from '../../domain/member.ts'
import type { Problem, Roster, Warning } from '../../domain/roster.ts'
import type { AppSeats } from '../../domain/seats.ts'
import { SEATS_LIMIT, type RosterStanding } from '../../domain/standing.ts'
import {
  createAppSeats,
  createBuilds,
  createReconciliations,
  readLaneStanding,
  type ReconciliationHead,
  type Store,
} from '../../store/index.ts'
import { supplyOf, warningsOf } from '../builds/warnings-of.ts'

export interface RosterDescription {
  roster: Roster
  status: 'active' | 'paused' | 'held' | 'blocked'
  problem: Problem | null
  counts: Record<MemberStatus, number>
  standing: RosterStanding
  /** Of its app. */
  seats: AppSeats
  supply: SupplyDescription & { peopleAffected: number }
}

export async function describeRoster(deps: { store: Store; clock: Clock }, roster: Roster): Promise<RosterDescription> {
  const [counts, lane, standing, builds, held, seats] = await Promise.all([
    deps.store.members(roster.teamKey, roster.id).counts(),
    readLaneStanding(deps.store.redis, roster.teamKey),
    deps.store.standing(roster.id),
    createBuilds(deps.store.redis, roster.teamKey).find(roster.id),
    createReconciliations(deps.store.redis, roster.teamKey).listHeld(roster.id),
    createAppSeats(deps.store.redis, roster.teamKey, roster.app.id).read(),
  ])
  const blocked = roster.blocked ?? lane.blocked
  const warnings = [...warningsOf(roster, builds), ...(await findOverbooked(deps.store, roster))]
  return {
    roster: { ...roster, warnings },
    status: roster.paused || lane.paused ? 'paused' : blocked ? 'blocked' : held.length > 0 ? 'held' : 'active',
    problem: blocked ?? problemOfHeld(held[0]),
    counts,
    standing,
    seats,
    supply: {
      ...describeSupply(supplyOf(roster, builds), deps.clock.now()),
      peopleAffected: peopleInGroup(counts),
    },
  }
}

/** More seats are kept for the rosters of an app than it can have: not all of them can be filled. */
async function findOverbooked(store: Store, { seats, app }: Roster): Promise<Warning[]> {
  if (seats.reserve === 0) return []
  const rosters = await store.rosters.findMany(await store.rosterIdsOfApp(app.id))
  const kept = [...rosters.values()].reduce((sum, other) => sum + other.seats.reserve, 0)
  if (kept <= SEATS_LIMIT) return []
  return [
    {
      code: 'seats_overbooked',
      detail: `${kept} seats are kept for the rosters of ${app.bundleId} together; an app has ${SEATS_LIMIT}.`,
      action: 'Lower `seats.reserve` of some of its rosters.',
    },
  ]
}

const WHY: Record<Exclude<ReconciliationHead['held'], 'list_unclear' | null>, string> = {
  roster: 'more than the guard of the roster allows',
  team_key: 'more than the guard over all rosters of the team key allows',
  empty: 'everybody',
  list: 'people, by a list more of whose rows were left out than taken',
}

const KIND_WORDS: Record<ReconciliationHead['kind'], string> = {
  snapshot: 'list',
  reconcile: 'reading',
  reclaim: 'plan to take seats back',
}

function problemOfHeld(plan: ReconciliationHead | undefined): Problem | null {
  if (plan === undefined) return null
  if (plan.held === 'list_unclear') {
    const detail = `Some rows of the list ${plan.id} could mean anybody, so it removes nobody. Send a corrected list, or reject the plan.`
    return { code: 'list_unclear', detail, at: plan.startedAt }
  }
  const why = plan.held === null ? 'people' : WHY[plan.held]
  const detail = `The ${KIND_WORDS[plan.kind]} ${plan.id} would remove ${plan.plan.remove}: ${why}. It waits for a decision.`
  return { code: 'roster_held', detail, at: plan.startedAt }
}
