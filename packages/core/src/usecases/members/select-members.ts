import { inNameOrder } from '../../domain/name-order.ts'
import type { Roster } from '../../domain/roster.ts'
import type { ErrorCode } from '../../errors.ts'
import { readLack } from '../builds/warnings-of.ts'
import type { MemberFilter, MemberRecord, Store } from '../../store/index.ts'
import { changedAt, describeMembers, problemOf, type MemberDescription } from './describe-member.ts'

export const MEMBER_SORTS = ['id', 'name', 'address', 'status', 'changed'] as const
export type MemberSort = (typeof MEMBER_SORTS)[number]

/** What a person chose of a roster: to look at, to export, to do something with all of them. */
export interface MemberSelection extends MemberFilter {
  /** The code of the problem that a member has. */
  problem?: ErrorCode | undefined
  sort?: MemberSort | undefined
  /** From the end. */
  isDown?: boolean | undefined
}

const READ_AT_ONCE = 1_000
const IDS_AT_ONCE = 5_000

/**
 * Ids of all who were chosen, in order. In the order of ids, and without a reason, no record is read; otherwise each is, once, a page
 * at a time, and what is kept of it is what it is ordered by.
 */
export async function selectMembers(
  deps: { store: Store },
  roster: Roster,
  { problem, sort = 'id', isDown = false, ...filter }: MemberSelection,
): Promise<string[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const needsRecords = problem !== undefined || sort !== 'id'
  const lack = problem === undefined ? null : await readLack(deps.store, roster)
  const ids: string[] = []
  const kept: Ordered[] = []
  for await (const page of members.listAll(filter, needsRecords ? READ_AT_ONCE : IDS_AT_ONCE)) {
    if (!needsRecords) {
      ids.push(...page)
      continue
    }
    for (const record of await members.findMany(page)) {
      if (!record || (problem !== undefined && problemOf(record, lack)?.code !== problem)) continue
      kept.push(toOrdered(record))
    }
  }
  const found = needsRecords ? inOrder(kept, sort).map(({ id }) => id) : ids
  return isDown ? found.toReversed() : found
}

type Ordered = ReturnType<typeof toOrdered>

const toOrdered = ({ id, desired, observed, status }: MemberRecord) => ({
  id,
  email: desired.email,
  firstName: desired.firstName,
  lastName: desired.lastName,
  status,
  changedAt: changedAt({ desired, observed }),
})

function inOrder(members: Ordered[], sort: MemberSort): Ordered[] {
  switch (sort) {
    case 'id':
      return members
    case 'name':
      return inNameOrder(members)
    case 'address':
      return inNameOrder(members.map((one) => ({ ...one, firstName: null, lastName: null })))
    case 'status':
      return members.sort((a, b) => (a.status < b.status ? -1 : a.status > b.status ? 1 : 0))
    case 'changed':
      return members.sort((a, b) => b.changedAt - a.changedAt)
  }
}

export interface MembersPage {
  members: MemberDescription[]
  records: MemberRecord[]
  total: number
  /** From 1; the last one where a later one was asked for. */
  page: number
  pages: number
}

/** One page of those who were chosen. */
export async function browseMembers(
  deps: { store: Store },
  roster: Roster,
  selection: MemberSelection,
  asked: { page: number; limit: number },
): Promise<MembersPage> {
  const ids = await selectMembers(deps, roster, selection)
  const pages = Math.max(1, Math.ceil(ids.length / asked.limit))
  const page = Math.min(pages, Math.max(1, asked.page))
  const shown = ids.slice((page - 1) * asked.limit, page * asked.limit)
  const found = await deps.store.members(roster.teamKey, roster.id).findMany(shown)
  const records = found.filter((record) => record !== undefined)
  return { members: await describeMembers(deps, roster, records), records, total: ids.length, page, pages }
}

/** Everybody who was chosen, a page at a time, for a file. */
export async function* exportSelected(
  deps: { store: Store },
  roster: Roster,
  selection: MemberSelection,
): AsyncGenerator<MemberDescription[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = await selectMembers(deps, roster, selection)
  for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
    const records = await members.findMany(ids.slice(from, from + READ_AT_ONCE))
    yield await describeMembers(
      deps,
      roster,
      records.filter((record) => record !== undefined),
    )
  }
}
