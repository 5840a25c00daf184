import type { Clock } from '../../domain/clock.ts'
import { peopleInGroup } from '../../domain/member.ts'
import type { Roster, TeamKey } from '../../domain/roster.ts'
import { keptFree, type AppSeats } from '../../domain/seats.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Store } from '../../store/index.ts'
import { keptSeats, listApps, openSession, readKept, type AppleDeps } from '../team-keys/index.ts'
import { countSeats } from './count-seats.ts'
import { rostersOfApp } from './shares.ts'

export interface RosterSeats {
  roster: Roster
  /** Members who have a seat. */
  in: number
  /** Members who wait for one. */
  waiting: number
}

/** Seats of an app, with what its rosters keep. */
export interface SeatsDescription extends AppSeats {
  used: number
  /** What of all reserves is not filled. */
  reserved: number
  /** Of the app, whatever their team keys, by id. */
  rosters: RosterSeats[]
}

/** A count is not older than this where Apple can be asked. */
const FRESH_MS = 60_000

/** The seats of an app, at most a minute old. Throws not_found where the team key sees no such app. */
export async function describeSeats(
  deps: AppleDeps & { store: Store; clock: Clock },
  teamKey: TeamKey,
  appId: string,
): Promise<SeatsDescription> {
  const rosters = await rostersOfApp(deps.store, appId)
  if (!rosters.some((roster) => roster.teamKey === teamKey.id)) await assertSeen(deps, teamKey, appId)
  const [{ used, ...seats }, described] = await Promise.all([
    readFresh(deps, teamKey, appId),
    Promise.all(rosters.map((roster) => describeShare(deps.store, roster))),
  ])
  if (used === null) {
    throw new AppError('apple_unavailable', {
      message: `App Store Connect tells no number of testers of the app "${appId}".`,
    })
  }
  const reserved = described.reduce(
    (sum, { roster, in: entered }) =>
      sum + (roster.deleting ? 0 : keptFree({ roster: roster.id, reserve: roster.seats.reserve, in: entered })),
    0,
  )
  return { ...seats, used, reserved, rosters: described.sort((a, b) => (a.roster.id < b.roster.id ? -1 : 1)) }
}

async function describeShare(store: Store, roster: Roster): Promise<RosterSeats> {
  const [counts, waiting] = await Promise.all([
    store.members(roster.teamKey, roster.id).counts(),
    store.lane(roster.teamKey).roster(roster.id).seatLine.count(),
  ])
  return { roster, in: peopleInGroup(counts), waiting }
}

async function assertSeen(deps: AppleDeps & { store: Store }, teamKey: TeamKey, appId: string): Promise<void> {
  const apps = await listApps(deps, teamKey)
  if (apps.some(({ id }) => id === appId)) return
  throw new AppError('not_found', { message: `The team key "${teamKey.id}" sees no app "${appId}".` })
}

/** What is kept, counted anew where it is old. Where Apple can't be asked now, an old count is better than none. */
async function readFresh(
  deps: AppleDeps & { store: Store; clock: Clock },
  teamKey: TeamKey,
  appId: string,
): Promise<AppSeats> {
  const place = { teamKey: teamKey.id, appId }
  const kept = deps.store.lane(teamKey.id).seats(appId)
  const found = await kept.read()
  const isFresh = found.countedAt !== null && deps.clock.now() - found.countedAt < FRESH_MS
  if (isFresh && found.public !== null) return found
  try {
    await readKept(deps, teamKey, keptSeats(appId), async () => {
      const { used } = await countSeats({ ...deps, session: openSession(deps, teamKey) }, place, { public: true })
      return used
    })
  } catch (error) {
    if (!isAppError(error) || found.used === null) throw error
  }
  return kept.read()
}
