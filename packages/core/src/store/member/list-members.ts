import type { Redis } from 'ioredis'
import type { Leisure } from '../../domain/leisure.ts'
import { MEMBER_STATUSES, type Desired, type MemberStatus } from '../../domain/member.ts'
import type { Named } from '../../domain/name-order.ts'
import { sortInTurns } from '../../domain/sort-in-turns.ts'
import { parseSearch, type Search } from '../../domain/search.ts'
import { list, read, texts } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { parsePerson } from './desired.ts'
import type { RosterKeys } from '../keys.ts'

const pageScript = defineScript(import.meta.url, './page-members.lua')

/** Which members of a roster are listed. */
export interface MemberFilter {
  status?: MemberStatus | undefined
  /** Beginning of an id, an address or a word of a name, without case or accents. */
  q?: string | undefined
  /** Looks at ids alone, and at none that is an address: what somebody sees who sees no more. */
  plainIds?: boolean
}

/** A page of members. */
export interface MemberQuery extends MemberFilter {
  limit: number
  /** The `next` of the page before. */
  after?: string | undefined
}

/** Some of a roster's ids by their place in the order of ids. */
export interface MemberSlice {
  status?: MemberStatus | undefined
  /** How many come before. */
  skip: number
  limit: number
}

export interface MemberPage {
  ids: string[]
  next: string | null
  /** How many fit, over all pages. */
  total: number
}

/** Records that one step reads: less than a millisecond of the store's time. */
const LOOKED_THROUGH_AT_ONCE = 1_000

/** Small requests of the process go before each piece. */
type Patience = Pick<Leisure, 'take'>
const STATUSES_AT_ONCE = 5_000

/**
 * One page in the order of ids. A search looks through the records themselves: an index of words took a third of what a member
 * takes, and looking through 10,000 records takes some 50 ms.
 */
export async function listMembers(
  redis: Redis,
  keys: RosterKeys,
  query: MemberQuery,
  leisure?: Patience,
): Promise<MemberPage> {
  const search = parseSearch(query.q)
  if (!search) return pageOf(redis, keys, query)
  const found = await searchMembers(redis, keys, search, query, leisure)
  const { after, limit } = query
  const from = after === undefined ? 0 : found.findIndex((id) => id > after)
  const ids = from < 0 ? [] : found.slice(from, from + limit)
  const isMore = ids.length > 0 && from + ids.length < found.length
  return { ids, next: isMore ? (ids.at(-1) ?? null) : null, total: found.length }
}

/** Every id that fits, page by page, in the order of ids. A search looks through the records once. */
export async function* listAllIds(
  redis: Redis,
  keys: RosterKeys,
  filter: MemberFilter,
  size: number,
  leisure?: Patience,
) {
  const search = parseSearch(filter.q)
  if (search) {
    const found = await searchMembers(redis, keys, search, filter, leisure)
    for (let from = 0; from < found.length; from += size) yield found.slice(from, from + size)
    return
  }
  let after: string | undefined
  do {
    const { ids, next } = await pageOf(redis, keys, { ...filter, limit: size, after })
    yield ids
    after = next ?? undefined
  } while (after !== undefined)
}

/** In the order of ids. */
async function searchMembers(
  redis: Redis,
  keys: RosterKeys,
  search: Search,
  filter: MemberFilter,
  leisure: Patience | undefined,
): Promise<string[]> {
  // A scan may give a member twice.
  const found = new Set<string>()
  for await (const members of scanFitting(redis, keys, leisure, search, filter.plainIds))
    for (const [id] of members) found.add(id)
  const ids = await keepStatus(redis, keys, [...found], filter.status)
  return sortInTurns(ids, (a, b) => (a < b ? -1 : 1))
}

/** Names and addresses of everybody who fits, in no order. It looks through the records once. */
export async function findPeople(
  redis: Redis,
  keys: RosterKeys,
  filter: MemberFilter,
  leisure?: Patience,
): Promise<Named[]> {
  const found = new Map<string, Named>()
  for await (const members of scanFitting(redis, keys, leisure, parseSearch(filter.q), filter.plainIds)) {
    for (const [id, text] of members) {
      const { email, firstName, lastName } = parsePerson(text)
      found.set(id, { id, email, firstName, lastName })
    }
  }
  if (filter.status === undefined) return [...found.values()]
  const kept = await keepStatus(redis, keys, [...found.keys()], filter.status)
  return kept.flatMap((id) => found.get(id) ?? [])
}

interface Whole {
  id: string
  desired: Desired
  status: MemberStatus
}

/** Whether a record that was read fits. */
export function fitsFilter({ status, q, plainIds = false }: MemberFilter): (record: Whole) => boolean {
  const search = parseSearch(q)
  return ({ id, desired, status: now }) =>
    (status === undefined || status === now) &&
    (search === undefined || (plainIds ? fitsPlainId(search, id) : search.matches({ ...desired, id })))
}

/** Ids and what is kept of them as text, of whoever fits; one may come twice. */
async function* scanFitting(
  redis: Redis,
  keys: RosterKeys,
  leisure: Patience | undefined,
  search: Search | undefined,
  plainIds = false,
) {
  let cursor = '0'
  do {
    const from = cursor
    const look = () => redis.hscan(keys.desired, from, 'COUNT', LOOKED_THROUGH_AT_ONCE)
    const [next, flat] = await (leisure ? leisure.take(look) : look())
    cursor = next
    const members: [id: string, text: string][] = []
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const [id, text] = [String(flat[at]), String(flat[at + 1])]
      if (!search || (plainIds ? fitsPlainId(search, id) : fitsRecord(search, id, text))) members.push([id, text])
    }
    yield members
  } while (cursor !== '0')
}

const fitsPlainId = (search: Search, id: string) =>
  !id.includes('@') && search.matches({ id, email: null, firstName: null, lastName: null })

/** Most records are sorted out by their text: parsing each takes five times as long. */
function fitsRecord(search: Search, id: string, text: string): boolean {
  if (!search.mayMatch(text) && !search.mayMatch(id)) return false
  return search.matches({ id, ...parsePerson(text) })
}

async function keepStatus(
  redis: Redis,
  keys: RosterKeys,
  ids: string[],
  status: MemberStatus | undefined,
): Promise<string[]> {
  if (status === undefined) return ids
  const wanted = MEMBER_STATUSES.indexOf(status)
  const scores = await scoresOf(redis, keys, ids)
  return ids.filter((_, at) => scores[at] === wanted)
}

/** Places in MEMBER_STATUSES, in the order given. */
export async function scoresOf(redis: Redis, keys: RosterKeys, ids: readonly string[]): Promise<number[]> {
  const all: number[] = []
  for (let from = 0; from < ids.length; from += STATUSES_AT_ONCE) {
    const scores = await redis.zmscore(keys.status, ...ids.slice(from, from + STATUSES_AT_ONCE))
    for (const score of scores) all.push(Number(score ?? 0))
  }
  return all
}

async function pageOf(redis: Redis, keys: RosterKeys, query: MemberQuery): Promise<MemberPage> {
  const { status, after, limit } = query
  const [ids, total] = await Promise.all([
    idsFrom(redis, keys, status, { after: after ?? '', skip: 0, limit: limit + 1 }),
    countMembers(redis, keys, status),
  ])
  const page = ids.slice(0, limit)
  return { ids: page, next: ids.length > limit ? (page.at(-1) ?? null) : null, total }
}

/** How many have a status; without one, how many there are. */
export async function countMembers(redis: Redis, keys: RosterKeys, status?: MemberStatus): Promise<number> {
  if (status === undefined) return redis.zcard(keys.status)
  const score = MEMBER_STATUSES.indexOf(status)
  return redis.zcount(keys.status, score, score)
}

/** Reads no more than a page, however many come before it. */
export const sliceOf = (redis: Redis, keys: RosterKeys, { status, skip, limit }: MemberSlice): Promise<string[]> =>
  idsFrom(redis, keys, status, { after: '', skip, limit })

async function idsFrom(
  redis: Redis,
  keys: RosterKeys,
  status: MemberStatus | undefined,
  { after, skip, limit }: { after: string; skip: number; limit: number },
): Promise<string[]> {
  const scores = status === undefined ? [...MEMBER_STATUSES.keys()] : [MEMBER_STATUSES.indexOf(status)]
  const answer = await pageScript.run(redis, [keys.status], [after, skip, limit, ...scores])
  return mergeByBytes(read(list(texts), answer, 'An answer of page-members.lua'), limit)
}

/** Each list is in order already; the store orders by bytes, which is not how JavaScript compares strings. */
function mergeByBytes(lists: readonly string[][], limit: number): string[] {
  const filled = lists.filter((list) => list.length > 0)
  if (filled.length <= 1) return (filled[0] ?? []).slice(0, limit)
  const all = filled.flat()
  // The two orders are one for all letters below the surrogates: no need to encode each id.
  if (!all.some((id) => HIGH_LETTERS.test(id))) return all.sort().slice(0, limit)
  const keyed = all.map((id) => ({ id, bytes: Buffer.from(id) }))
  keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes))
  return keyed.slice(0, limit).map(({ id }) => id)
}

const HIGH_LETTERS = /[\ud800-\uffff]/
