import type { Roster } from '../../domain/roster.ts'
import type { MemberFilter, MemberQuery, MemberRecord, Members } from '../../store/index.ts'
import { inChunks } from '../lists.ts'
import { describeMembers, type MemberDescription, type MembersDeps } from './describe-member.ts'

/** A page of a roster's members, described; `next` of the page is where the following one begins. */
export async function listMembers(
  deps: MembersDeps,
  roster: Roster,
  query: MemberQuery,
): Promise<{ members: MemberDescription[]; records: MemberRecord[]; next: string | null; total: number }> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const { ids, next, total } = await members.list(query)
  const found: MemberRecord[] = []
  for (const some of inChunks(ids, AT_ONCE)) found.push(...(await findSome(deps, members, some)))
  return { members: await describeMembers(deps, roster, found), records: found, next, total }
}

/** Few enough for others to come between. */
const AT_ONCE = 200

async function findSome(deps: MembersDeps, members: Members, ids: string[]): Promise<MemberRecord[]> {
  const find = () => members.findMany(ids)
  const records = await (deps.leisure ? deps.leisure.take(find) : find())
  return records.filter((record) => record !== undefined)
}

/** Every member of the roster that matches the filter, a page at a time. */
export async function* exportMembers(
  deps: MembersDeps,
  roster: Roster,
  filter: MemberFilter,
): AsyncGenerator<MemberDescription[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  for await (const ids of members.listAll(filter, AT_ONCE)) {
    yield await describeMembers(deps, roster, await findSome(deps, members, ids))
  }
}
