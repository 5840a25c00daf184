import type { AppleSession } from '@flightroster/app-store-connect'
import type { Clock } from '../../domain/clock.ts'
import { needsGroups, withCount, withGrouped, type AppSeats } from '../../domain/seats.ts'
import type { Store } from '../../store/index.ts'

export interface CountDeps {
  store: Store
  clock: Clock
  session: Pick<AppleSession, 'countAppTesters' | 'countPublicTesters' | 'countGroupedTesters' | 'listGroups'>
}

/**
 * Has Apple count the testers of an app: one call, one more for those of public links, and two for those of external groups, where
 * it takes both counts to tell how many seats are free.
 */
export async function countSeats(
  { store, clock, session }: CountDeps,
  { teamKey, appId }: { teamKey: string; appId: string },
  also: { public?: boolean; free?: boolean } = {},
): Promise<AppSeats> {
  const kept = store.lane(teamKey).seats(appId)
  const counted = await session.countAppTesters(appId)
  const byLink = also.public ? await session.countPublicTesters(appId) : undefined
  // Read after the calls: others may have entered, or counted, meanwhile.
  let seats = await keep((before, now) => ({
    ...(counted === null ? before : withCount(before, counted, now)),
    ...(byLink === undefined ? {} : { public: byLink }),
  }))
  if (counted !== null) await kept.addSample({ at: clock.now(), used: counted })
  if (also.free && needsGroups(seats)) {
    const grouped = await countGrouped(session, appId)
    if (grouped !== null) seats = await keep((before, now) => withGrouped(before, grouped, now))
  }
  return seats

  async function keep(change: (before: AppSeats, now: number) => AppSeats): Promise<AppSeats> {
    const before = await kept.read()
    const after = change(before, clock.now())
    await kept.write(before, after)
    return after
  }
}

/** Null where Apple gives no total. */
export async function countGrouped(
  session: Pick<AppleSession, 'countGroupedTesters' | 'listGroups'>,
  appId: string,
): Promise<number | null> {
  const groups = (await session.listGroups(appId)).filter(({ isInternal }) => !isInternal)
  return groups.length === 0 ? 0 : session.countGroupedTesters(groups.map(({ id }) => id))
}
