import type { Clock } from '../../domain/clock.ts'
import type { IdleRule } from '../../domain/idle.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { rosterNotFound } from '../get-roster.ts'
import { assertSettled } from './assert-settled.ts'

/** Says when a seat counts as idle; null: nobody looks. It decides from the next reading on. Throws not_found, conflict. */
export async function setIdleRule(
  deps: { store: Store; clock: Clock },
  id: string,
  idle: IdleRule | null,
  assertSeen?: AssertSeen<Roster>,
): Promise<Roster> {
  const updatedAt = deps.clock.now()
  const roster = await deps.store.rosters.update(id, (current) => {
    assertSettled(current)
    assertSeen?.(current)
    return { ...current, idle, updatedAt }
  })
  if (!roster) throw rosterNotFound(id)
  return roster
}
