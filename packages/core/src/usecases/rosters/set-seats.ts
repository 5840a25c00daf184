import type { Clock } from '../../domain/clock.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { rosterNotFound } from '../get-roster.ts'
import { assertSettled } from './assert-settled.ts'
import { wakeLine } from '../seats/shares.ts'

/** Changes what is kept for a roster, and who goes in first. Throws not_found, conflict. */
export async function setSeats(
  deps: { store: Store; clock: Clock },
  id: string,
  seats: Roster['seats'],
  assertSeen?: AssertSeen<Roster>,
): Promise<Roster> {
  const updatedAt = deps.clock.now()
  const roster = await deps.store.rosters.update(id, (current) => {
    assertSettled(current)
    assertSeen?.(current)
    return { ...current, seats, updatedAt }
  })
  if (!roster) throw rosterNotFound(id)
  // Others are next by now, perhaps, or have room.
  await wakeLine(deps, roster)
  return roster
}
