import type { Roster } from '../../domain/roster.ts'
import type { MemberQuery, MemberRecord, Store } from '../../store/index.ts'
import { describeMembers, type MemberDescription } from './describe-member.ts'

export async function listMembers(
  deps: { store: Store },
  roster: Roster,
  query: MemberQuery,
): Promise<{ members: MemberDescription[]; records: MemberRecord[]; next: string | null }> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const { ids, next } = await members.list(query)
  const records = await members.findMany(ids)
  const found = records.filter((record) => record !== undefined)
  return { members: await describeMembers(deps, roster, found), records: found, next }
}

const EXPORT_PAGE = 1_000

/** Every member that matches, page by page. */
export async function* exportMembers(
  deps: { store: Store },
  roster: Roster,
  query: Pick<MemberQuery, 'status' | 'q'>,
): AsyncGenerator<MemberDescription[]> {
  let after: string | undefined
  do {
    const page = await listMembers(deps, roster, { ...query, limit: EXPORT_PAGE, after })
    yield page.members
    after = page.next ?? undefined
  } while (after !== undefined)
}
