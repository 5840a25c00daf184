import { nextSeeker } from '../converge/next-seeker.ts'
import type { Visit } from '../lanes/visit.ts'

/** The first in line for a seat of a full app is tried again; whoever enters makes way for the next. */
export async function trySeats(visit: Visit, appId: string): Promise<number | null> {
  const { store, lane, clock, settings } = visit.deps
  const first = await nextSeeker(store, visit.teamKey, appId)
  if (!first) return null
  await lane.recordAgain([first], clock.now())
  return clock.now() + settings.blockedCheckMs
}
