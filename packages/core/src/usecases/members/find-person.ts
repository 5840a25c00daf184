import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import type { WaitsFor } from '../../domain/waits-for.ts'
import { describeMembers, type MemberDescription, type MembersDeps } from './describe-member.ts'
import { explainWaiting, type WaitingDeps } from './explain-waiting.ts'

/** A person on one roster, and what they wait for there. */
export interface Membership {
  roster: Roster
  member: MemberDescription
  waitsFor: WaitsFor | null
}

/** Every roster that names this address. */
export async function findPerson(deps: WaitingDeps & MembersDeps, email: string): Promise<Membership[]> {
  const { rosters } = deps.store
  const named = await deps.store.rostersNaming(await rosters.list(), emailKey(email))
  const found = await Promise.all(named.map((roster) => findInRoster(deps, roster, emailKey(email))))
  return found.flat()
}

async function findInRoster(deps: WaitingDeps & MembersDeps, roster: Roster, key: string): Promise<Membership[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = await members.withAddress(key)
  if (ids.length === 0) return []
  const records = (await members.findMany(ids)).filter((record) => record !== undefined)
  const described = await describeMembers(deps, roster, records)
  const waiting = await explainWaiting(deps, roster, records)
  return described.map((member) => ({ roster, member, waitsFor: waiting.get(member.id) ?? null }))
}
