import { emailKey } from '../domain/email.ts'
import type { Redis } from 'ioredis'
import { MEMBER_STATUSES, type Desired, type MemberStatus, type Observed } from '../domain/member.ts'
import { parseTimeline, type TimelineEntry } from '../domain/timeline.ts'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'
import { parseObserved } from './observed.ts'

const indexScript = defineScript(import.meta.url, './index-members.lua', './index-entries.lua')

export interface MemberRecord {
  id: string
  desired: Desired
  observed: Observed | null
  status: MemberStatus
}

export interface MemberQuery {
  status?: MemberStatus | undefined
  /** Beginning of an id, an address or a name, without case. */
  q?: string | undefined
  /** Looks at ids alone, and at none that is an address: what somebody sees who sees no more. */
  plainIds?: boolean
  limit: number
  /** The `next` of the page before. */
  after?: string | undefined
}

/** Where members of one roster are read. Writing is record-changes (intake) and record-outcome (the worker). */
export interface Members {
  find(id: string): Promise<MemberRecord | undefined>
  findMany(ids: string[]): Promise<(MemberRecord | undefined)[]>
  list(query: MemberQuery): Promise<{ ids: string[]; next: string | null }>
  timeline(id: string): Promise<TimelineEntry[]>
  /** Every member there is, a page at a time; `cursor` '0' begins and ends. A member may come twice. */
  scan(cursor: string): Promise<{ cursor: string; records: MemberRecord[] }>
  /** The same with nothing but what is wanted: a whole roster costs one answer a page. */
  scanDesired(cursor: string): Promise<{ cursor: string; members: { id: string; desired: Desired }[] }>
  counts(): Promise<Record<MemberStatus, number>>
  /** Makes the search entries that intake left to be made. Whoever searches does it too. */
  index(): Promise<void>
  /** Members whose tester had, has or is being given this address (lower-cased), whatever they have now. Looks through all of them. */
  observedWith(key: string): Promise<string[]>
  /** Ids of the members, present or not, whose record names exactly this address (lower-cased). */
  withAddress(key: string): Promise<string[]>
  /** The same for many addresses, in the order given. */
  withAddresses(keys: readonly string[]): Promise<string[][]>
}

export function createMembers(redis: Redis, teamKey: string, rosterId: string): Members {
  const keys = laneKeys(teamKey).roster(rosterId)
  const findMany = async (ids: string[]): Promise<(MemberRecord | undefined)[]> => {
    if (ids.length === 0) return []
    const [desired, observed, scores] = await Promise.all([
      redis.hmget(keys.desired, ...ids),
      redis.hmget(keys.observed, ...ids),
      redis.zmscore(keys.status, ...ids),
    ])
    return ids.map((id, at) => {
      const json = desired[at]
      if (!json) return undefined
      const seen = observed[at]
      return {
        id,
        desired: JSON.parse(json),
        observed: seen ? parseObserved(seen) : null,
        status: MEMBER_STATUSES[Number(scores[at] ?? 0)] ?? 'pending',
      }
    })
  }
  /** The entries are made once for all: a batch asks for a hundred addresses at once. */
  const findByAddress = async (addresses: readonly string[]): Promise<string[][]> => {
    if (addresses.length === 0) return []
    await indexMembers(redis, keys)
    const found = await Promise.all(
      addresses.map((key) => redis.zrangebylex(keys.index, `[e:${key}\u0000`, `(e:${key}\u0001`)),
    )
    return found.map((entries) => entries.map(memberOf))
  }
  return {
    findMany,
    find: async (id) => (await findMany([id]))[0],
    list: async (query) => {
      await indexMembers(redis, keys)
      return listIds(redis, keys, query)
    },
    index: () => indexMembers(redis, keys),
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
        members.push({ id: String(flat[at]), desired: JSON.parse(String(flat[at + 1])) as Desired })
      }
      return { cursor: next, members }
    },
    async counts() {
      const counted = await Promise.all(MEMBER_STATUSES.map((_, score) => redis.zcount(keys.status, score, score)))
      return Object.fromEntries(MEMBER_STATUSES.map((status, at) => [status, counted[at] ?? 0])) as Record<
        MemberStatus,
        number
      >
    },
    async observedWith(key) {
      const ids: string[] = []
      let cursor = '0'
      do {
        const [next, flat] = await redis.hscan(keys.observed, cursor, 'COUNT', 1_000)
        cursor = next
        for (let at = 0; at + 1 < flat.length; at += 2) {
          const json = String(flat[at + 1])
          // Most have nothing of it, and parsing each would take long.
          if (!json.toLowerCase().includes(key)) continue
          const { email, leaving, writing } = parseObserved(json)
          const had = [email, writing?.email ?? null, ...leaving]
          if (had.some((address) => address !== null && emailKey(address) === key)) ids.push(String(flat[at]))
        }
      } while (cursor !== '0')
      return ids
    },
    withAddress: async (key) => (await findByAddress([key]))[0] ?? [],
    withAddresses: findByAddress,
  }
}

function memberOf(entry: string): string {
  return entry.slice(entry.indexOf('\u0000') + 1)
}

/** How many index entries one page may look through: a filter that hits little ends its page early, with a cursor. */
const SCAN_LIMIT = 20_000

const LONG_STRIDE = 2_500

/** Few enough for one step to be short. */
const INDEXED_AT_ONCE = 500

/** Intake leaves the entries to be made: many are never searched for before the worker makes them, and 202 comes sooner. */
async function indexMembers(redis: Redis, keys: Keys): Promise<void> {
  let left = 1
  while (left > 0) {
    left = Number(await indexScript.run(redis, [keys.unindexed, keys.index, keys.desired], [INDEXED_AT_ONCE]))
  }
}

type Keys = ReturnType<ReturnType<typeof laneKeys>['roster']>

/** Pages in the order of ids; a search in the order ids, addresses, names. A member found twice in a search is given once a page. */
async function listIds(redis: Redis, keys: Keys, query: MemberQuery): Promise<{ ids: string[]; next: string | null }> {
  if (query.status !== undefined && !query.q) return listByStatus(redis, keys, query.status, query)
  const kinds = query.plainIds ? ['i'] : ['i', 'e', 'n']
  const prefixes = query.q ? kinds.map((kind) => `${kind}:${query.q?.toLowerCase()}`) : ['i:']
  const found = new Set<string>()
  let from = query.after
  let scanned = 0
  let stride = 0
  for (const prefix of prefixes) {
    if (from !== undefined && from > `${prefix}\u{10ffff}`) continue
    for (;;) {
      const start = from !== undefined && from >= prefix ? `(${from}` : `[${prefix}`
      // A filter that hits little goes through many entries: longer and longer strides.
      const size = query.status === undefined || stride === 0 ? Math.max(query.limit, 100) : LONG_STRIDE
      stride++
      const entries = await redis.zrangebylex(keys.index, start, `(${prefix}\u{10ffff}`, 'LIMIT', 0, size)
      const seen = query.plainIds && query.q ? entries.filter((entry) => !memberOf(entry).includes('@')) : entries
      const hits = await keepStatus(redis, keys, seen, query.status)
      for (const entry of hits) {
        if (found.size === query.limit) return { ids: [...found], next: from ?? null }
        found.add(memberOf(entry))
        from = entry
      }
      from = entries.at(-1) ?? from
      scanned += entries.length
      if (entries.length < size) break
      if (scanned >= SCAN_LIMIT) return { ids: [...found], next: from ?? null }
    }
  }
  return { ids: [...found], next: null }
}

async function keepStatus(
  redis: Redis,
  keys: Keys,
  entries: string[],
  status: MemberStatus | undefined,
): Promise<string[]> {
  if (status === undefined || entries.length === 0) return entries
  const wanted = MEMBER_STATUSES.indexOf(status)
  const scores = await redis.zmscore(keys.status, ...entries.map(memberOf))
  return entries.filter((_, at) => Number(scores[at] ?? 0) === wanted)
}

/** Members of one status, in the order of ids. The cursor is the last id: those who left the status meanwhile are skipped. */
async function listByStatus(
  redis: Redis,
  keys: Keys,
  status: MemberStatus,
  query: MemberQuery,
): Promise<{ ids: string[]; next: string | null }> {
  const score = MEMBER_STATUSES.indexOf(status)
  const start = await rankAfter(redis, keys, score, query.after)
  const end = (await redis.zcount(keys.status, '-inf', String(score))) - 1
  const ids =
    start > end ? [] : await redis.zrange(keys.status, String(start), String(Math.min(end, start + query.limit - 1)))
  const more = start + ids.length <= end && ids.length > 0
  return { ids, next: more ? (ids.at(-1) ?? null) : null }
}

/** The first rank of `score` whose id is greater than `after`, by bisection: `after` itself may have changed its status. */
async function rankAfter(redis: Redis, keys: Keys, score: number, after: string | undefined): Promise<number> {
  let low = await redis.zcount(keys.status, '-inf', `(${score}`)
  if (after === undefined) return low
  let high = await redis.zcount(keys.status, '-inf', String(score))
  const target = Buffer.from(after)
  while (low < high) {
    const middle = (low + high) >>> 1
    const [id] = await redis.zrange(keys.status, String(middle), String(middle))
    if (id !== undefined && Buffer.compare(Buffer.from(id), target) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
