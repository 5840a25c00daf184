import type { Clock } from '../../domain/clock.ts'
import type { IdleRule } from '../../domain/idle.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import type { AssertSeen } from '../assert-seen.ts'
import { rosterNotFound } from '../get-roster.ts'
import { wakeLine } from '../seats/shares.ts'
import { assertSettled } from '../assert-settled.ts'

interface RuleDeps {
  store: Store
  clock: Clock
}

/** Says when a seat counts as idle; null: nobody looks. It decides from the next reading on. Throws not_found, conflict. */
export const setIdleRule = (deps: RuleDeps, id: string, idle: IdleRule | null, assertSeen?: AssertSeen<Roster>) =>
  setRule(deps, id, { idle }, assertSeen)

/** Changes what is kept for a roster, and who goes in first. Throws not_found, conflict. */
export async function setSeats(
  deps: RuleDeps,
  id: string,
  seats: Roster['seats'],
  assertSeen?: AssertSeen<Roster>,
): Promise<Roster> {
  const roster = await setRule(deps, id, { seats }, assertSeen)
  // Others are next by now, perhaps, or have room.
  await wakeLine(deps, roster)
  return roster
}

async function setRule(
  { store, clock }: RuleDeps,
  id: string,
  rule: Pick<Roster, 'idle'> | Pick<Roster, 'seats'>,
  assertSeen: AssertSeen<Roster> | undefined,
): Promise<Roster> {
  const updatedAt = clock.now()
  const roster = await store.rosters.update(id, (current) => {
    assertSettled(current)
    assertSeen?.(current)
    return { ...current, ...rule, updatedAt }
  })
  if (!roster) throw rosterNotFound(id)
  return roster
}
