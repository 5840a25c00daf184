import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import type { Store } from '../../store/index.ts'
import { describeMembers, type MemberDescription } from './describe-member.ts'

export interface Membership {
  roster: Roster
  member: MemberDescription
}

/** Every roster, of those the caller may see, that names this address. */
export async function findPerson(
  deps: { store: Store },
  email: string,
  mayReach: (rosterId: string) => boolean,
): Promise<Membership[]> {
  const rosters = (await deps.store.rosters.list()).filter((roster) => mayReach(roster.id))
  const found = await Promise.all(rosters.map((roster) => findInRoster(deps, roster, emailKey(email))))
  return found.flat()
}

async function findInRoster(deps: { store: Store }, roster: Roster, key: string): Promise<Membership[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = await members.withAddress(key)
  if (ids.length === 0) return []
  const records = (await members.findMany(ids)).filter((record) => record !== undefined)
  const described = await describeMembers(deps, roster, records)
  return described.map((member) => ({ roster, member }))
}
