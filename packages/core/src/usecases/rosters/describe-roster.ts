import { describeSupply, type SupplyDescription } from '../../domain/build-supply.ts'
import type { Clock } from '../../domain/clock.ts'
import { problemOfHeld } from '../../domain/held-plan.ts'
import { peopleInGroup, type MemberStatus } from '../../domain/member.ts'
import type { Problem, Roster, Warning } from '../../domain/roster.ts'
import type { AppSeats } from '../../domain/seats.ts'
import { SEATS_LIMIT, type RosterStanding } from '../../domain/standing.ts'
import type { Store } from '../../store/index.ts'
import { supplyOf, warningsOf } from '../builds/warnings-of.ts'

/** A roster as `GET /v1/rosters/:roster` tells it. */
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

/** Reads all that is told of a roster, with a handful of questions however many members it has. */
export async function describeRoster(deps: { store: Store; clock: Clock }, roster: Roster): Promise<RosterDescription> {
  const [counts, lane, standing, builds, held, seats] = await Promise.all([
    deps.store.members(roster.teamKey, roster.id).counts(),
    deps.store.lane(roster.teamKey).standing(),
    deps.store.standing(roster.id),
    deps.store.lane(roster.teamKey).builds.find(roster.id),
    deps.store.lane(roster.teamKey).reconciliations.listHeld(roster.id),
    deps.store.lane(roster.teamKey).seats(roster.app.id).read(),
  ])
  const blocked = roster.blocked ?? lane.blocked
  const warnings = [...warningsOf(roster, builds), ...(await findOverbooked(deps.store, roster))]
  return {
    roster: { ...roster, warnings },
    status: roster.paused || lane.paused ? 'paused' : blocked ? 'blocked' : held.length > 0 ? 'held' : 'active',
    problem: blocked ?? (held[0] ? problemOfHeld(held[0]) : null),
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
