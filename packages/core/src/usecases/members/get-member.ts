import type { Roster } from '../../domain/roster.ts'
import { AppError } from '../../errors.ts'
import type { MemberRecord, Store } from '../../store/index.ts'

/** Throws not_found. Its message does not repeat the member id, which may be an address. */
export async function getMember(deps: { store: Store }, roster: Roster, memberId: string): Promise<MemberRecord> {
  const record = await deps.store.members(roster.teamKey, roster.id).find(memberId)
  if (!record) throw memberNotFound(roster)
  return record
}

export const memberNotFound = (roster: Roster) =>
  new AppError('not_found', { message: `The roster "${roster.id}" has no such member.` })
