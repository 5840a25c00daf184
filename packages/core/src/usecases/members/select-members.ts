import { inNameOrderByTurns, type Named } from '../../domain/name-order.ts'
import { MEMBER_STATUSES } from '../../domain/member.ts'
import { byId, sortInTurns } from '../../domain/sort-in-turns.ts'
import type { Roster } from '../../domain/roster.ts'
import type { ErrorCode } from '../../errors.ts'
import { readLack } from '../builds/warnings-of.ts'
import { inChunks } from '../lists.ts'
import { fitsFilter, type MemberFilter, type MemberRecord, type Members, type Store } from '../../store/index.ts'
import { changedAt, describeMembers, problemOf, type MemberDescription, type MembersDeps } from './describe-member.ts'

/** What a list of members can be sorted by. */
export const MEMBER_SORTS = ['id', 'name', 'address', 'status', 'changed'] as const
/** What a list of members is sorted by. */
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
/** Rows of a file: few enough for others to come between. */
const WRITTEN_AT_ONCE = 200

type Deps = Pick<MembersDeps, 'store' | 'leisure'>

/**
 * Ids of all who were chosen, in order. What is read is what the order or the reason needs: names of everybody for the order of
 * names, a first look at what was observed for a reason, nothing but ids for the order of ids.
 */
export async function selectMembers(
  deps: Deps,
  roster: Roster,
  { problem, sort = 'id', isDown = false, ...filter }: MemberSelection,
): Promise<string[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const { leisure } = deps
  const turn = leisure && (() => leisure.turn())
  const found =
    problem === undefined
      ? await inOrder(members, filter, sort, turn)
      : await orderRecords(await withProblem(deps, roster, problem, filter), sort, turn)
  return isDown ? found.toReversed() : found
}

type Turn = (() => Promise<void>) | undefined

async function inOrder(members: Members, filter: MemberFilter, sort: MemberSort, turn: Turn): Promise<string[]> {
  switch (sort) {
    case 'id':
      return allIds(members, filter)
    case 'status': {
      const ids = await allIds(members, filter)
      const statuses = await members.statuses(ids)
      return byText(
        ids.map((id, at) => ({ id, text: statuses[at] ?? '' })),
        turn,
      )
    }
    case 'name':
    case 'address':
      return byName(await members.findPeople(filter), sort, turn)
    case 'changed':
      return orderRecords(await findAll(members, await allIds(members, filter)), sort, turn)
  }
}

async function orderRecords(records: MemberRecord[], sort: MemberSort, turn: Turn): Promise<string[]> {
  switch (sort) {
    case 'id':
      return idsOf(await sortInTurns(records, byId, turn))
    case 'status':
      return byText(
        records.map(({ id, status }) => ({ id, text: status })),
        turn,
      )
    case 'name':
    case 'address':
      return byName(
        records.map(({ id, desired: { email, firstName, lastName } }) => ({ id, email, firstName, lastName })),
        sort,
        turn,
      )
    case 'changed': {
      const dated = records.map((record) => ({ id: record.id, at: changedAt(record) }))
      return idsOf(await sortInTurns(dated, (a, b) => b.at - a.at || byId(a, b), turn))
    }
  }
}

async function byName(people: Named[], sort: 'name' | 'address', turn: Turn): Promise<string[]> {
  const named =
    sort === 'name' ? people : people.map(({ id, email }) => ({ id, email, firstName: null, lastName: null }))
  return idsOf(await inNameOrderByTurns(named, turn))
}

const byText = async (members: { id: string; text: string }[], turn: Turn) =>
  idsOf(await sortInTurns(members, (a, b) => (a.text === b.text ? byId(a, b) : a.text < b.text ? -1 : 1), turn))

const idsOf = (members: readonly { id: string }[]) => members.map(({ id }) => id)

async function allIds(members: Members, filter: MemberFilter): Promise<string[]> {
  const pages: string[][] = []
  for await (const page of members.listAll(filter, IDS_AT_ONCE)) pages.push(page)
  return pages.flat()
}

/** All asked for at once: each question is short for the store, and no answer waits for the one before. */
async function findAll(members: Members, ids: readonly string[]): Promise<MemberRecord[]> {
  const pages = Array.from({ length: Math.ceil(ids.length / READ_AT_ONCE) }, (_, at) =>
    members.findMany(ids.slice(at * READ_AT_ONCE, (at + 1) * READ_AT_ONCE)),
  )
  return (await Promise.all(pages)).flat().filter((record) => record !== undefined)
}

/** Reads the records of those alone who may have the problem: by what their last turn left, or by the status that stands for it. */
async function withProblem(
  deps: { store: Store },
  roster: Roster,
  problem: ErrorCode,
  filter: MemberFilter,
): Promise<MemberRecord[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const lack = await readLack(deps.store, roster)
  const status = problem === lack ? 'not_invited' : problem === 'address_missing' ? 'waiting' : undefined
  const [named, standing] = await Promise.all([
    members.observedNaming(problem),
    status === undefined ? [] : allIds(members, { status }),
  ])
  const fits = fitsFilter(filter)
  const records = await findAll(members, [...new Set([...named, ...standing])])
  return records.filter((record) => fits(record) && problemOf(record, lack)?.code === problem)
}

export interface MembersPage {
  members: MemberDescription[]
  records: MemberRecord[]
  total: number
  /** From 1; the last one where a later one was asked for. */
  page: number
  pages: number
}

/** One page of the members who match a selection, in its order; pages count from 1. */
export async function browseMembers(
  deps: Deps,
  roster: Roster,
  selection: MemberSelection,
  asked: { page: number; limit: number },
): Promise<MembersPage> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const chosen = (await inPlace(members, selection)) ?? inHand(await selectMembers(deps, roster, selection))
  const pages = Math.max(1, Math.ceil(chosen.total / asked.limit))
  const page = Math.min(pages, Math.max(1, asked.page))
  const found = await members.findMany(await chosen.slice((page - 1) * asked.limit, asked.limit))
  const records = found.filter((record) => record !== undefined)
  return { members: await describeMembers(deps, roster, records), records, total: chosen.total, page, pages }
}

/** Who was chosen, in order, of whom one page is read. */
interface Chosen {
  total: number
  slice(skip: number, limit: number): Promise<string[]>
}

const inHand = (ids: string[]): Chosen => ({
  total: ids.length,
  slice: async (skip, limit) => ids.slice(skip, skip + limit),
})

/** Where the order is the store's own, nobody is read but the page; undefined: all have to be looked through. */
async function inPlace(
  members: Members,
  { problem, q, status, sort = 'id', isDown = false }: MemberSelection,
): Promise<Chosen | undefined> {
  if (problem !== undefined || q || (sort !== 'id' && sort !== 'status')) return undefined
  const parts = status === undefined && sort === 'status' ? MEMBER_STATUSES.toSorted() : [status]
  const sizes = await Promise.all(parts.map((part) => members.count(part)))
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const read = async (from: number, to: number) => {
    const ids: string[] = []
    let begin = 0
    for (const [at, part] of parts.entries()) {
      const end = begin + (sizes[at] ?? 0)
      const [first, last] = [Math.max(from, begin), Math.min(to, end)]
      if (first < last) ids.push(...(await members.slice({ status: part, skip: first - begin, limit: last - first })))
      begin = end
    }
    return ids
  }
  return {
    total,
    slice: async (skip, limit) => {
      if (!isDown) return read(skip, skip + limit)
      return (await read(Math.max(0, total - skip - limit), total - skip)).toReversed()
    },
  }
}

/** Everybody who was chosen, a page at a time, for a file. */
export async function* exportSelected(
  deps: MembersDeps,
  roster: Roster,
  selection: MemberSelection,
): AsyncGenerator<MemberDescription[]> {
  const members = deps.store.members(roster.teamKey, roster.id)
  const ids = await selectMembers(deps, roster, selection)
  for (const some of inChunks(ids, WRITTEN_AT_ONCE)) {
    const find = () => members.findMany(some)
    const records = await (deps.leisure ? deps.leisure.take(find) : find())
    yield await describeMembers(
      deps,
      roster,
      records.filter((record) => record !== undefined),
    )
  }
}
