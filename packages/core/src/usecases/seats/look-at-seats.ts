import type { Clock } from '../../domain/clock.ts'
import { emailKey } from '../../domain/email.ts'
import type { MemberStatus } from '../../domain/member.ts'
import type { Roster, TeamKey } from '../../domain/roster.ts'
import { forecastSeats, type SeatForecast } from '../../domain/seats.ts'
import type { Store } from '../../store/index.ts'
import { keptOwnSeats, readKept, type AppleDeps } from '../team-keys/index.ts'
import { describeSeats, type SeatsDescription } from './describe-seats.ts'

/** Seats of an app as the console shows them. */
export interface SeatView extends SeatsDescription {
  /** People of the app's rosters who have a seat; who is on several is one. */
  ours: number
  forecast: SeatForecast
  /** The first of those who wait, in the order in which they go in. */
  line: { roster: Roster; member: string; since: number }[]
}

const SHOWN = 100
const HAS_SEAT: readonly MemberStatus[] = ['not_invited', 'invited', 'accepted', 'installed']
const CHUNK = 500

/** All that people want to know of an app's seats. Throws not_found where the team key sees no such app. */
export async function lookAtSeats(
  deps: AppleDeps & { store: Store; clock: Clock },
  teamKey: TeamKey,
  appId: string,
): Promise<SeatView> {
  const seats = await describeSeats(deps, teamKey, appId)
  const rosters = seats.rosters.map(({ roster }) => roster)
  const [ours, history, line] = await Promise.all([
    readKept(deps, teamKey, keptOwnSeats(appId), () => countOurs(deps.store, rosters)),
    deps.store.lane(teamKey.id).seats(appId).history(),
    readLine(deps.store, rosters),
  ])
  return { ...seats, ours, line, forecast: forecastSeats(seats, history, deps.clock.now()) }
}

/** Looks at every member who is in: once a minute at most, however many look at the page. */
async function countOurs(store: Store, rosters: readonly Roster[]): Promise<number> {
  const people = new Set<string>()
  for (const { teamKey, id } of rosters) {
    const members = store.members(teamKey, id)
    for (const status of HAS_SEAT) {
      for await (const ids of members.listAll({ status }, CHUNK)) {
        for (const record of await members.findMany(ids)) {
          const email = record?.observed?.email ?? record?.desired.email
          if (email) people.add(emailKey(email))
        }
      }
    }
  }
  return people.size
}

async function readLine(store: Store, rosters: readonly Roster[]): Promise<SeatView['line']> {
  const lines = await Promise.all(
    rosters.map(async (roster) => {
      const waiting = await store.lane(roster.teamKey).roster(roster.id).seatLine.list(0, SHOWN)
      return waiting.map((one) => ({ roster, ...one }))
    }),
  )
  return lines
    .flat()
    .sort((a, b) => b.roster.seats.priority - a.roster.seats.priority || a.since - b.since)
    .slice(0, SHOWN)
}
