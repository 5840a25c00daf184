import type { Roster } from '../../domain/roster.ts'
import type { MemberFilter, MemberQuery, MemberRecord } from '../../store/index.ts'
import { describeMembers, type MemberDescription, type MembersDeps } from './describe-member.ts'

/** A page of a roster's members, described; `next` of the page is where the following one begins. */
export async function listMembers(
  deps: MembersDeps,
  roster: Roster,
  query: MemberQuery,
): Promise<{ members: MemberDescription[]; records: MemberRecord[]; next: string | null; total: number }> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const { ids, next, total } = await members.list(query)
  const records = await members.findMany(ids)
  const found = records.filter((record) => record !== undefined)
  return { members: await describeMembers(deps, roster, found), records: found, next, total }
}

const EXPORT_PAGE = 1_000

/** Every member that matches, page by page. */
export async function* exportMembers(
  deps: MembersDeps,
  roster: Roster,
  filter: MemberFilter,
): AsyncGenerator<MemberDescription[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  for await (const ids of members.listAll(filter, EXPORT_PAGE)) {
    const records = await members.findMany(ids)
    yield await describeMembers(
      deps,
      roster,
      records.filter((record) => record !== undefined),
    )
  }
}
