import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import { nextSighting, type Sighting } from '../../domain/usage.ts'
import { isAppError } from '../../errors.ts'
import type { MemberRecord, ReadRow } from '../../store/index.ts'
import type { Visit } from '../visit/visit.ts'

/** Keeps what a complete listing, by address (lower-cased), says of each member's tester: since when it has its state, and where the app is installed. */
export async function noteSightings(
  visit: Visit,
  roster: Roster,
  listed: ReadonlyMap<string, ReadRow>,
  records: Iterable<MemberRecord>,
): Promise<void> {
  const { store, clock, settings } = visit.deps
  const figures = store.lane(visit.teamKey).roster(roster.id).figures
  const before = await figures.sightings()
  const at = clock.now()
  const changed = new Map<string, Sighting>()
  const seen = new Set<string>()
  for (const { id, desired, observed } of records) {
    const email = desired.present ? (observed?.email ?? desired.email) : null
    const row = email === null ? undefined : listed.get(emailKey(email))
    if (!row) continue
    seen.add(id)
    const known = before.get(id)
    const next = nextSighting(known, toSeen(row, known, settings.testerUsage), at)
    if (next !== known) changed.set(id, next)
  }
  const gone = [...before.keys()].filter((id) => !seen.has(id))
  try {
    await figures.keepSightings({ token: visit.lease.token, createdAt: roster.createdAt }, { at, changed, gone })
  } catch (error) {
    // The next listing tells the same: a reading of fifty calls is not begun anew for it.
    if (!isAppError(error, 'lease_lost')) throw error
  }
}

function toSeen(row: ReadRow, known: Sighting | undefined, isWanted: boolean): Omit<Sighting, 'since'> {
  if (!isWanted) return { state: row.state, inviteType: null, devices: [] }
  // A look-up by address does not tell: what the last listing said is good until the next.
  return {
    state: row.state,
    inviteType: row.devices === undefined ? (known?.inviteType ?? null) : (row.inviteType ?? null),
    devices: row.devices ?? known?.devices ?? [],
  }
}
