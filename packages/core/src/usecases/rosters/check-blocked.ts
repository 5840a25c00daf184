import { isAppError } from '../../errors.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { tellRoster } from '../visit/block-roster.ts'

/** A blocked roster resumes by itself once its group answers again. When to look next (ms); null once it goes on. */
export async function checkBlockedRoster(visit: Visit, rosterId: string): Promise<number | null> {
  const { store, clock, settings, lane, log } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster || roster.teamKey !== visit.teamKey || roster.blocked === null) return null
  try {
    await sessionOf(visit).getGroup(roster.group.id)
  } catch (error) {
    if (!isAppError(error, 'apple_not_found')) throw error
    return clock.now() + settings.blockedCheckMs
  }
  await store.rosters.update(rosterId, (current) => ({ ...current, blocked: null }))
  await lane.unpark(rosterId)
  await tellRoster(visit, rosterId, 'roster.recovered', null)
  log.info({ event: 'roster.recovered', roster: rosterId }, 'roster.recovered')
  return null
}
