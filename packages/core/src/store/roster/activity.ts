import type { Redis } from 'ioredis'
import type { ActivityLine, ActivityNote, NewActivityLine } from '../../domain/activity.ts'
import { parseEntry } from '../../domain/timeline.ts'
import {
  anyObject,
  errorCode,
  list,
  number,
  object,
  optional,
  or,
  read,
  readJson,
  text,
  texts,
  word,
} from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, laneKeys } from '../keys.ts'

const addScript = defineScript(import.meta.url, './activity-add.lua', './activity-lines.lua')

/** Entries of one roster that are kept, and for how long: whichever ends first. */
export const ACTIVITY_LINES = 10_000
/** Lines of the activity are kept for 30 days (ms). */
export const ACTIVITY_KEPT_MS = 30 * 86_400_000
const AT_ONCE = 1_000
/** Additions that are kept over all rosters: some 70 bytes each. */
const ADDITIONS = 100_000
const GATHER_MS = 20

/** A line of the activity with its place and time (ms). */
export type StoredActivity = ActivityLine & {
  /** Of the stream: `<ms>-<number>`. */
  id: string
  at: number
}

/**
 * What happened on a roster, over all its people, newest first. Timelines can't tell it: they lie by member, so one page of it would
 * read those of a whole roster. What intake accepts, and what came of it, is written in the same step (record-changes.lua,
 * record-outcome.lua). The rest is written beside what it tells of, so a death in between loses a line here: it is for people to read.
 */
export interface Activity {
  add(lines: readonly NewActivityLine[]): Promise<void>
  /** Newest first. `to`: where to begin, `(` before an id excludes it; `from`: where to end (ms, or an id). */
  read(range: { to: string; from: number | string; count: number }): Promise<StoredActivity[]>
  /** Takes out what happened to these members. */
  forget(members: ReadonlySet<string>): Promise<void>
}

/** Keys are short: a roster keeps thousands of these. */
interface Stored {
  m?: string
  b?: string
  q?: string
  /** A timeline entry (domain/timeline.ts; as an object where it was kept before), and how long its calls took. */
  e?: string | Record<string, unknown>
  d?: number[]
  n?: ActivityNote
}

const stored = object<Stored>({
  m: optional(text),
  b: optional(text),
  q: optional(text),
  e: optional(or(text, anyObject)),
  d: optional(list(number)),
  n: optional(object<ActivityNote>({ kind: word(), text, problem: optional(errorCode) })),
})

/** The activity of one roster. */
export function createActivity(redis: Redis, teamKey: string, rosterId: string): Activity {
  const lane = laneKeys(teamKey)
  const key = lane.roster(rosterId).activity
  return {
    async add(lines) {
      if (lines.length === 0) return
      // One command: the client spends more on a command than the store does on a line.
      const args = [ACTIVITY_LINES, ACTIVITY_KEPT_MS, rosterId, ...lines.map(formatLine)]
      const answer = read(texts, await addScript.run(redis, [key, lane.rosters], args), 'An answer of activity-add.lua')
      const [first, last] = answer
      if (first === undefined || last === undefined) return
      await noteAddition(redis, { roster: rosterId, first, last })
    },
    async read({ to, from, count }) {
      return (await redis.xrevrange(key, to, from, 'COUNT', count)).map(([id, fields]) => parse(id, fields[1] ?? '{}'))
    },
    async forget(members) {
      for (let to = '+'; ;) {
        const entries = await redis.xrevrange(key, to, '-', 'COUNT', AT_ONCE)
        const theirs = entries.filter(([, fields]) => {
          const { m } = readJson(stored, fields[1] ?? '{}', 'A line of activity')
          return m !== undefined && members.has(m)
        })
        if (theirs.length > 0) await redis.xdel(key, ...theirs.map(([id]) => id))
        const last = entries.at(-1)
        if (!last || entries.length < AT_ONCE) return
        to = `(${last[0]}`
      }
    },
  }
}

/** Lines that were added to the activity of one roster in one step. */
export interface ActivityAddition {
  /** Of the stream of additions: `<ms>-<number>`. */
  id: string
  roster: string
  /** Ids of its lines. */
  first: string
  last: string
}

type NewAddition = Omit<ActivityAddition, 'id'>

async function noteAddition(redis: Redis, { roster, first, last }: NewAddition): Promise<void> {
  await redis.xadd(globalKeys.activity, 'MAXLEN', '~', ADDITIONS, '*', 'a', `${roster} ${first} ${last}`)
}

const gathering = new WeakMap<Redis, ReturnType<typeof createGatherer>>()

/**
 * What a process adds in quick succession is noted together: each note by itself is a write to the disk of the store, which the next
 * command waits for. A process that dies in between leaves those lines to the pages of their rosters.
 */
export function gatherAdditions(redis: Redis) {
  const gatherer = gathering.get(redis) ?? createGatherer(redis)
  gathering.set(redis, gatherer)
  return gatherer
}

function createGatherer(redis: Redis) {
  let gathered: NewAddition[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    const now = gathered
    gathered = []
    await Promise.allSettled(now.map((addition) => noteAddition(redis, addition)))
  }
  return {
    note(additions: readonly NewAddition[]) {
      if (additions.length === 0) return
      gathered.push(...additions)
      timer ??= setTimeout(() => void flush(), GATHER_MS)
    },
    flush,
  }
}

/** Where something happened, over all rosters, newest first: a page of it reads only rosters that are on the page. */
export async function readActivityAdditions(
  redis: Redis,
  { to, from, count }: { to: string; from: number; count: number },
): Promise<ActivityAddition[]> {
  return (await redis.xrevrange(globalKeys.activity, to, from, 'COUNT', count)).map(([id, fields]) => {
    const [roster = '', first = '', last = ''] = (fields[1] ?? '').split(' ')
    return { id, roster, first, last }
  })
}

/** A line as it is kept (`Stored`), put together part by part: a batch makes thousands, and a way by objects takes four times as long. */
export function formatLine(line: NewActivityLine): string {
  const { asker } = line
  const by = asker ? `"b":${JSON.stringify(asker.by)},"q":${JSON.stringify(asker.requestId)},` : ''
  if (line.member === null) return `{${by}"n":${JSON.stringify(line.note)}}`
  const took = line.callMs && line.callMs.length > 0 ? `"d":${JSON.stringify(line.callMs)},` : ''
  return `{"m":${JSON.stringify(line.member)},${by}${took}"e":${JSON.stringify(line.entry)}}`
}

function parse(id: string, json: string): StoredActivity {
  const { m, b, q, e, d, n } = readJson(stored, json, 'A line of activity')
  const base = {
    id,
    at: Number(id.slice(0, id.indexOf('-'))),
    asker: b === undefined ? null : { by: b, requestId: q ?? '' },
  }
  if (n !== undefined || m === undefined) return { ...base, member: null, note: n ?? { kind: 'settings', text: '' } }
  return { ...base, member: m, entry: parseEntry(typeof e === 'string' ? e : JSON.stringify(e)), callMs: d ?? [] }
}
