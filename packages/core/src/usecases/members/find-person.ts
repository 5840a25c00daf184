import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import { byId } from '../../domain/sort-in-turns.ts'
import type { WaitsFor } from '../../domain/waits-for.ts'
import { inChunks } from '../lists.ts'
import { describeMembers, type MemberDescription, type MembersDeps } from './describe-member.ts'
import { explainWaiting, type WaitingDeps } from './explain-waiting.ts'

/** A person on one roster, and what they wait for there. */
export interface Membership {
  roster: Roster
  member: MemberDescription
  waitsFor: WaitsFor | null
}

/** Few enough for others to come between: each asks the store a dozen questions. */
const AT_ONCE = 10

/**
 * Every roster that names this address, from one on, in the order of their ids, some at a time: whoever needs no more of them stops,
 * and nothing more is asked.
 */
export async function* findPerson(
  deps: WaitingDeps & MembersDeps,
  email: string,
  from = '',
): AsyncGenerator<Membership[], void> {
  const { rosters } = deps.store
  const named = await deps.store.rostersNaming(await rosters.list(), emailKey(email))
  const asked = named.filter(({ id }) => id >= from).sort(byId)
  for (const some of inChunks(asked, AT_ONCE)) {
    const find = () => Promise.all(some.map((roster) => findInRoster(deps, roster, emailKey(email))))
    const found = await (deps.leisure ? deps.leisure.take(find) : find())
    yield found.flat()
  }
}

async function findInRoster(deps: WaitingDeps & MembersDeps, roster: Roster, key: string): Promise<Membership[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = await members.withAddress(key)
  if (ids.length === 0) return []
  const records = (await members.findMany(ids.toSorted())).filter((record) => record !== undefined)
  const described = await describeMembers(deps, roster, records)
  const waiting = await explainWaiting(deps, roster, records)
  return described.map((member) => ({ roster, member, waitsFor: waiting.get(member.id) ?? null }))
}
