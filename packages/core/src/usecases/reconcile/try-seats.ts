import { createSeatLine } from '../../store/index.ts'
import { nextSeeker } from '../converge/next-seeker.ts'
import type { Visit } from '../lanes/visit.ts'

/** The first in line for a seat of a full app is tried again; whoever enters makes way for the next. */
export async function trySeats(visit: Visit, appId: string): Promise<number | null> {
  const { store, lane, clock, settings } = visit.deps
  const first = await nextSeeker(store, visit.teamKey, appId)
  if (first) await lane.recordAgain([first])
  // Those who keep their places without being tried come to their turn once their roster goes on, or they can enter.
  else if ((await createSeatLine(store.redis, visit.teamKey, appId).list(0, 1)).length === 0) return null
  return clock.now() + settings.blockedCheckMs
}
