import type { Roster } from '../domain/roster.ts'
import { AppError } from '../errors.ts'
import type { Store } from '../store/index.ts'

/** The record of one roster. Throws not_found. */
export async function getRoster(deps: { store: Store }, id: string): Promise<Roster> {
  const roster = await deps.store.rosters.find(id)
  if (!roster) throw rosterNotFound(id)
  return roster
}

/** The error of a roster that is not there. */
export function rosterNotFound(id: string): AppError {
  return new AppError('not_found', { message: `There is no roster "${id}".`, details: { roster: id } })
}
