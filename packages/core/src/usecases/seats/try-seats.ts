import { createSeatLedger, freeSeats } from '../../domain/seats.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { countSeats } from './count-seats.ts'
import { nextSeekers } from './next-seekers.ts'
import { isKeptFor, LOOK_EVERY_MS, readShares, rostersOfApp, waitingOf } from './shares.ts'

const MOST_AT_ONCE = 50

/**
 * Somebody waits for a seat of a full app: the first in line is tried again; whoever enters makes way for the next. Where seats are kept
 * for rosters, they are counted first, and as many are tried as may go in. When to look again (ms); null once nobody waits.
 */
export async function trySeats(visit: Visit, appId: string): Promise<number | null> {
  const { store, lane, clock, settings } = visit.deps
  const { teamKey } = visit
  const former = await store.lane(teamKey).takeFormerSeatLine(appId)
  if (former.length > 0) {
    // Their turns find the app full, and put them into the lines of their rosters.
    await lane.recordAgain(former)
    await store.lane(teamKey).dropFormerSeatLine(appId)
  }
  const rosters = await rostersOfApp(store, appId)
  const ours = rosters.filter((roster) => roster.teamKey === teamKey)
  // Those who keep their places without being tried come to their turn once their roster goes on, or they can enter.
  if ((await waitingOf(store, ours)) === 0) return null
  const deps = { store, clock, session: sessionOf(visit) }
  const isKept = rosters.some(isKeptFor)
  const seats = isKept
    ? await countSeats(deps, { teamKey, appId }, { free: true })
    : await store.lane(teamKey).seats(appId).read()
  const free = freeSeats(seats, clock.now())
  const ledger = createSeatLedger(free, await readShares(store, rosters))
  const limit = isKept ? Math.min(MOST_AT_ONCE, Math.max(1, free ?? 1)) : 1
  const next = await nextSeekers(store, { rosters, teamKey, ledger, limit })
  if (next.length > 0) await lane.recordAgain(next)
  return clock.now() + Math.min(settings.blockedCheckMs, LOOK_EVERY_MS)
}
