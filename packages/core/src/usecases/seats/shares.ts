import type { Clock } from '../../domain/clock.ts'
import { peopleInGroup } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import type { SeatShare } from '../../domain/seats.ts'
import type { Store } from '../../store/index.ts'

/** Puts somebody of an app's line to the test now and then, and counts where seats are kept for rosters. */
export const seatsTask = (appId: string) => `seats:${appId}`

/** A seat that somebody gave up in App Store Connect is found within a minute. */
export const LOOK_EVERY_MS = 45_000

/** Who waits is looked at now. */
export async function wakeLine(deps: { store: Store; clock: Clock }, { teamKey, app }: Roster): Promise<void> {
  await deps.store.lane(teamKey).schedule.plan(seatsTask(app.id), deps.clock.now())
  await deps.store.ready.ring(teamKey)
}

/** All rosters of an app, whatever their team keys: they share its seats. */
export async function rostersOfApp(store: Store, appId: string): Promise<Roster[]> {
  const found = await store.rosters.findMany(await store.rosterIdsOfApp(appId))
  return [...found.values()].filter((roster) => roster.app.id === appId)
}

/** Those for whom something is kept. A roster that is on its way out needs nothing more. */
export const isKeptFor = ({ seats, deleting }: Roster): boolean => seats.reserve > 0 && deleting !== true

export async function readShares(store: Store, rosters: readonly Roster[]): Promise<SeatShare[]> {
  return Promise.all(
    rosters.filter(isKeptFor).map(async ({ id, teamKey, seats }) => ({
      roster: id,
      reserve: seats.reserve,
      in: peopleInGroup(await store.members(teamKey, id).counts()),
    })),
  )
}

/** How many wait for a seat of the app, in the lane of one team key: nobody's seat is worth taking back while nobody does. */
export async function countWaiting(store: Store, teamKey: string, appId: string): Promise<number> {
  return waitingOf(
    store,
    (await rostersOfApp(store, appId)).filter((roster) => roster.teamKey === teamKey),
  )
}

export async function waitingOf(store: Store, rosters: readonly Pick<Roster, 'id' | 'teamKey'>[]): Promise<number> {
  const counts = await Promise.all(rosters.map(({ id, teamKey }) => store.lane(teamKey).roster(id).seatLine.count()))
  return counts.reduce((sum, count) => sum + count, 0)
}
