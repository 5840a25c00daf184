import type { Clock } from '../../domain/clock.ts'
import type { Asker } from '../../domain/activity.ts'
import type { Roster } from '../../domain/roster.ts'
import { formatEntry } from '../../domain/timeline.ts'
import type { Store } from '../../store/index.ts'
import { noteActivity } from '../activity/index.ts'
import { memberNotFound } from './get-member.ts'

export interface ProtectDeps {
  store: Store
  clock: Clock
  asker: Asker
}

/**
 * Protects a member, or ends it: who is protected leaves by an event or an erasure alone, never by a list, a reading or a reclaim.
 * False where it was so already. Throws not_found.
 */
export async function protectMember(
  deps: ProtectDeps,
  request: { roster: Roster; member: string; isProtected: boolean; origin: 'api' | 'console' },
): Promise<boolean> {
  const { roster, member, isProtected, origin } = request
  const at = deps.clock.now()
  const entry = formatEntry({ t: at, k: isProtected ? 'protected' : 'unprotected', o: origin })
  const protections = deps.store.lane(roster.teamKey).roster(roster.id).protections
  const answer = await protections.put(member, isProtected ? { at, by: deps.asker.by } : null, entry)
  if (answer === 'missing') throw memberNotFound(roster)
  if (answer === 'changed') noteActivity(deps, roster.teamKey, [{ roster: roster.id, member, entry }])
  return answer === 'changed'
}
