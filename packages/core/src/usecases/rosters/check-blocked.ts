import { isAppError } from '../../errors.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { tellMended } from '../reconcile/tell-plan.ts'
import { blockRoster, isStill } from '../visit/block-roster.ts'
import { resumeTask } from '../schedule/tasks.ts'

/** A blocked roster resumes by itself once its group answers again. When to look next (ms); null once it goes on. */
export async function checkBlockedRoster(visit: Visit, rosterId: string): Promise<number | null> {
  const { store, clock, settings, log } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster || roster.teamKey !== visit.teamKey) return null
  try {
    await sessionOf(visit).getGroup(roster.group.id)
  } catch (error) {
    if (!isAppError(error, 'apple_not_found')) throw error
    // Goes on with whoever began it, and died on the way.
    await blockRoster(visit, roster)
    return clock.now() + settings.blockedCheckMs
  }
  // Planned and told first: whoever dies on the way leaves members who are looked after, and nobody without a word.
  await store.lane(visit.teamKey).schedule.plan(resumeTask(rosterId), clock.now())
  await tellMended(visit.deps, roster, clock.now())
  await store.rosters.update(rosterId, (current) =>
    isStill(current, roster) ? { ...current, blocked: null } : current,
  )
  log.info({ event: 'roster.recovered', roster: rosterId }, 'roster.recovered')
  return null
}
