import { createSeatLine } from '../../store/index.ts'
import type { Visit } from '../lanes/visit.ts'

/** The first in line for a seat of a full app is tried again; whoever enters makes way for the next. */
export async function trySeats(visit: Visit, appId: string): Promise<number | null> {
  const { store, lane, clock, settings } = visit.deps
  const first = await createSeatLine(store.redis, visit.teamKey, appId).first()
  if (!first) return null
  await lane.recordAgain([first], clock.now())
  return clock.now() + settings.blockedCheckMs
}
