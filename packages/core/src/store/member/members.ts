import { emailKey } from '../../domain/email.ts'
import type { Leisure } from '../../domain/leisure.ts'
import type { Redis } from 'ioredis'
import { MEMBER_STATUSES, toStatusCounts, type Desired, type MemberStatus, type Observed } from '../../domain/member.ts'
import type { ErrorCode } from '../../errors.ts'
import type { Named } from '../../domain/name-order.ts'
import { parseTimeline, type TimelineEntry } from '../../domain/timeline.ts'
import { list, number, read, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys, type RosterKeys } from '../keys.ts'
import {
  countMembers,
  findPeople,
  listAllIds,
  listMembers,
  scoresOf,
  sliceOf,
  type MemberFilter,
  type MemberPage,
  type MemberQuery,
  type MemberSlice,
} from './list-members.ts'
import { parseDesired } from './desired.ts'
import { parseObserved } from './observed.ts'
import { isPacking } from '../connection/packing.ts'

const FOUND = tuple(number, list(texts))
const holdersScript = defineScript(import.meta.url, './find-holders.lua', './holders.lua', './desired.lua')

/** All that is kept of a member: what is wanted, what was observed, and how far it is. */
export interface MemberRecord {
  id: string
  desired: Desired
  observed: Observed | null
  status: MemberStatus
}

/** Where members of one roster are read. Writing is record-changes (intake) and record-outcome (the worker). */
export interface Members {
  find(id: string): Promise<MemberRecord | undefined>
  findMany(ids: readonly string[]): Promise<(MemberRecord | undefined)[]>
  /** The same with nothing but what is wanted. */
  findDesired(ids: string[]): Promise<(Desired | undefined)[]>
  list(query: MemberQuery): Promise<MemberPage>
  /** Ids by their place in the order of ids; reads no more than these. */
  slice(slice: MemberSlice): Promise<string[]>
  /** How many have a status; without one, how many there are. */
  count(status?: MemberStatus): Promise<number>
  /** Every id that fits, so many at a time, in the order of ids. */
  listAll(filter: MemberFilter, size: number): AsyncGenerator<string[]>
  /** Names and addresses of everybody who fits, in no order: one pass over what is wanted, and nothing else is read. */
  findPeople(filter: MemberFilter): Promise<Named[]>
  statuses(ids: readonly string[]): Promise<MemberStatus[]>
  /** Ids of whose last turn left something that names this code; a first look, which may find more than have the problem now. */
  observedNaming(code: ErrorCode): Promise<string[]>
  timeline(id: string): Promise<TimelineEntry[]>
  /** Every member there is, a page at a time; `cursor` '0' begins and ends. A member may come twice. */
  scan(cursor: string): Promise<{ cursor: string; records: MemberRecord[] }>
  /** The same with nothing but what is wanted: a whole roster costs one answer a page. */
  scanDesired(cursor: string): Promise<{ cursor: string; members: { id: string; desired: Desired }[] }>
  counts(): Promise<Record<MemberStatus, number>>
  /** Makes the entries by address that intake left to be made. Whoever looks for an address does it too. */
  index(): Promise<void>
  /** Removes what release 0.1.0 kept for its searches, and brings entries by address into their short form, a page at a time. */
  dropFormerIndex(): Promise<void>
  /** Members whose tester had, has or is being given this address (lower-cased), whatever they have now. Looks through all of them. */
  observedWith(key: string): Promise<string[]>
  /** Ids of the members, present or not, whose record names exactly this address (lower-cased). */
  withAddress(key: string): Promise<string[]>
  /** The same for many addresses, in the order given. */
  withAddresses(keys: readonly string[]): Promise<string[][]>
}

export function createMembers(
  redis: Redis,
  teamKey: string,
  rosterId: string,
  leisure?: Pick<Leisure, 'take'>,
): Members {
  const keys = laneKeys(teamKey).roster(rosterId)
  /** `texts`: what is desired of each, where it is known. */
  const readMany = async (ids: readonly string[], texts?: readonly string[]): Promise<(MemberRecord | undefined)[]> => {
    if (ids.length === 0) return []
    const [desired, observed, scores] = await Promise.all([
      texts ?? redis.hmget(keys.desired, ...ids),
      redis.hmget(keys.observed, ...ids),
      redis.zmscore(keys.status, ...ids),
    ])
    return ids.map((id, at) => {
      const text = desired[at]
      const score = scores[at]
      // Everybody has a status, so who has none was forgotten since the texts were read.
      if (!text || (texts && score == null)) return undefined
      const seen = observed[at]
      return {
        id,
        desired: parseDesired(text),
        observed: seen ? parseObserved(seen) : null,
        status: MEMBER_STATUSES[Number(score ?? 0)] ?? 'pending',
      }
    })
  }
  const findMany = (ids: readonly string[]) => readMany(ids)
  const findByAddress = async (addresses: readonly string[]): Promise<string[][]> =>
    addresses.length === 0 ? [] : findHolders(redis, keys, addresses)
  return {
    findMany,
    find: async (id) => (await findMany([id]))[0],
    findDesired: async (ids) =>
      ids.length === 0
        ? []
        : (await redis.hmget(keys.desired, ...ids)).map((text) => (text ? parseDesired(text) : undefined)),
    list: (query) => listMembers(redis, keys, query, leisure),
    slice: (slice) => sliceOf(redis, keys, slice),
    count: (status) => countMembers(redis, keys, status),
    listAll: (filter, size) => listAllIds(redis, keys, filter, size, leisure),
    index: async () => void (await findHolders(redis, keys, [])),
    async dropFormerIndex() {
      // While processes of an older release may run beside, they find members by their address there.
      for (const kind of (await isPacking(redis)) ? ['i', 'n', 'e'] : ['i', 'n']) {
        for (;;) {
          const entries = await redis.zrangebylex(keys.index, `[${kind}:`, `(${kind};`, 'LIMIT', 0, REMOVED_AT_ONCE)
          if (entries.length === 0) break
          if (kind === 'e') {
            await redis.rpush(keys.unindexed, ...entries.map((entry) => entry.slice(entry.indexOf('\u0000') + 1)))
            await findHolders(redis, keys, [])
          }
          await redis.zrem(keys.index, ...entries)
        }
      }
    },
    timeline: async (id) => parseTimeline(await redis.hget(keys.timeline, id)),
    async scan(cursor) {
      const [next, flat] = await redis.hscan(keys.desired, cursor, 'COUNT', 1_000)
      const ids = flat.filter((_, at) => at % 2 === 0).map(String)
      const found = await findMany(ids)
      return { cursor: next, records: found.filter((record) => record !== undefined) }
    },
    async scanDesired(cursor) {
      const [next, flat] = await redis.hscan(keys.desired, cursor, 'COUNT', 1_000)
      const members = []
      for (let at = 0; at + 1 < flat.length; at += 2) {
        members.push({ id: String(flat[at]), desired: parseDesired(String(flat[at + 1])) })
      }
      return { cursor: next, members }
    },
    async counts() {
      const counted = await Promise.all(MEMBER_STATUSES.map((_, score) => redis.zcount(keys.status, score, score)))
      return toStatusCounts(counted)
    },
    observedWith: (key) =>
      scanObserved(redis, keys, (text) => {
        // Most have nothing of it, and parsing each would take long.
        if (!text.normalize('NFC').toLowerCase().includes(key)) return false
        const { email, leaving, former, writing } = parseObserved(text)
        const all = [email, writing?.email ?? null, ...leaving, ...former.map((one) => one.email)]
        return all.some((had) => had !== null && emailKey(had) === key)
      }),
    findPeople: (filter) => findPeople(redis, keys, filter, leisure),
    statuses: async (ids) => (await scoresOf(redis, keys, ids)).map((score) => MEMBER_STATUSES[score] ?? 'pending'),
    observedNaming: (code) => scanObserved(redis, keys, (text) => text.includes(`"${code}"`)),
    // Members whom 0.1.0 recorded stand under the very signs that were sent.
    withAddress: async (key) => [...new Set((await findByAddress([...new Set([key, key.normalize('NFD')])])).flat())],
    withAddresses: findByAddress,
  }
}

/** Ids of those of whom what was observed, as text, is what is looked for. */
async function scanObserved(redis: Redis, keys: RosterKeys, isFound: (text: string) => boolean): Promise<string[]> {
  // A scan may give a member twice.
  const ids = new Set<string>()
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(keys.observed, cursor, 'COUNT', 1_000)
    cursor = next
    for (let at = 0; at + 1 < flat.length; at += 2) if (isFound(String(flat[at + 1]))) ids.add(String(flat[at]))
  } while (cursor !== '0')
  return [...ids]
}

/** Few enough for one step to be short. */
const REMOVED_AT_ONCE = 1_000
const INDEXED_AT_ONCE = 500

/**
 * Intake leaves the entries to be made: many are never searched for before the worker makes them, and 202 comes sooner. Whoever asks
 * makes them, in the same step as a rule, and has an answer for all addresses from a step that left none to be made.
 */
async function findHolders(redis: Redis, keys: RosterKeys, addresses: readonly string[]): Promise<string[][]> {
  const packed = (await isPacking(redis)) ? 1 : 0
  for (;;) {
    const answer = await holdersScript.run(
      redis,
      [keys.unindexed, keys.index, keys.desired],
      [INDEXED_AT_ONCE, packed, ...addresses],
    )
    const [left, found] = read(FOUND, answer, 'An answer of find-holders.lua')
    if (left === 0) return found
  }
}
