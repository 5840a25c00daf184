import { kindOf, type ActivityItem, type ActivityKind } from '../../domain/activity.ts'
import type { Clock } from '../../domain/clock.ts'
import type { MemberStatus } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { ERROR_RULES, type ErrorCode } from '../../errors.ts'
import { ACTIVITY_KEPT_MS, createActivity, type Store, type StoredActivity } from '../../store/index.ts'
import { tellTimeline } from '../members/tell-timeline.ts'

export interface ActivityFilter {
  member?: string | undefined
  status?: MemberStatus | undefined
  kind?: ActivityKind | undefined
  /** Who asked for it. */
  by?: string | undefined
  /** ms, both included. */
  since?: number | undefined
  until?: number | undefined
}

/** How many rosters one page reads entries of, and how many entries of each at once. */
const ROSTERS_AT_ONCE = 50
const ENTRIES_AT_ONCE = 1_000
/** Then the page is given as it is, with a cursor that goes on: a filter that fits nothing would read all there is. */
const ROUNDS = 12

type Place = { id: string; roster: string }

/**
 * What happened on these rosters, newest first. A page may hold fewer than `limit` and still have a `next`. `before`: the `next` of the
 * page before.
 */
export async function listActivity(
  deps: { store: Pick<Store, 'redis'>; clock: Clock },
  rosters: readonly Pick<Roster, 'id' | 'teamKey'>[],
  filter: ActivityFilter,
  page: { limit: number; before?: string | undefined },
): Promise<{ items: ActivityItem[]; next: string | null }> {
  const from = Math.max(filter.since ?? 0, deps.clock.now() - ACTIVITY_KEPT_MS)
  const begin = page.before === undefined ? undefined : parsePlace(page.before)
  const readers = rosters.map((roster) => createReader(deps.store, roster, { from, until: filter.until, begin }))
  await Promise.all(readers.map((reader) => reader.fill(1)))
  const items: ActivityItem[] = []
  let read = 0
  for (let last = begin; ;) {
    const head = newestOf(readers)
    if (!head) return { items, next: null }
    if (items.length >= page.limit || read > ROUNDS * ENTRIES_AT_ONCE) {
      return { items, next: last === undefined ? null : formatPlace(last) }
    }
    const line = head.take()
    last = { id: line.id, roster: head.roster }
    read++
    const item = toItem(line, head.roster)
    if (fits(item, filter)) items.push(item)
    // Whoever is next is known only once its own next entry is.
    if (head.isEmpty()) await head.fill(rosters.length > ROSTERS_AT_ONCE ? 100 : ENTRIES_AT_ONCE)
  }
}

/** The entries of one roster, newest first, a few at a time. */
interface Reader {
  roster: string
  peek(): StoredActivity | undefined
  take(): StoredActivity
  isEmpty(): boolean
  fill(count: number): Promise<void>
}

function createReader(
  store: Pick<Store, 'redis'>,
  roster: Pick<Roster, 'id' | 'teamKey'>,
  range: { from: number; until: number | undefined; begin: Place | undefined },
): Reader {
  const activity = createActivity(store.redis, roster.teamKey, roster.id)
  const { begin, until } = range
  const newest = until === undefined ? '+' : String(Math.max(0, until))
  // Entries of one instant are in order of their rosters.
  let to = begin === undefined ? newest : roster.id > begin.roster ? begin.id : `(${begin.id}`
  let lines: StoredActivity[] = []
  let isOver = false
  return {
    roster: roster.id,
    peek: () => lines[0],
    take: () => lines.shift() as StoredActivity,
    isEmpty: () => lines.length === 0,
    async fill(count) {
      if (isOver) return
      lines = await activity.read({ to, from: range.from, count })
      isOver = lines.length < count
      const last = lines.at(-1)
      if (last) to = `(${last.id}`
    },
  }
}

function newestOf(readers: readonly Reader[]): Reader | undefined {
  let best: Reader | undefined
  for (const reader of readers) {
    const [mine, theirs] = [reader.peek(), best?.peek()]
    if (mine && (!theirs || comparePlaces(mine, reader.roster, theirs, best?.roster ?? '') < 0)) best = reader
  }
  return best
}

function comparePlaces(a: { id: string; at: number }, aRoster: string, b: { id: string; at: number }, bRoster: string) {
  if (a.at !== b.at) return b.at - a.at
  const order = sequenceOf(b.id) - sequenceOf(a.id)
  return order !== 0 ? order : aRoster < bRoster ? -1 : 1
}

const sequenceOf = (id: string) => Number(id.slice(id.indexOf('-') + 1))

const formatPlace = ({ id, roster }: Place) => `${id}:${roster}`

function parsePlace(text: string): Place {
  const cut = text.indexOf(':')
  return { id: text.slice(0, cut), roster: text.slice(cut + 1) }
}

export const isActivityPlace = (text: string) => /^\d{1,16}-\d{1,16}:[A-Za-z0-9._-]{1,64}$/.test(text)

function fits(item: ActivityItem, { member, status, kind, by }: ActivityFilter): boolean {
  return (
    (member === undefined || item.member === member) &&
    (status === undefined || item.status === status) &&
    (kind === undefined || item.kind === kind) &&
    (by === undefined || item.by === by)
  )
}

function toItem(line: StoredActivity, roster: string): ActivityItem {
  const { id, at, asker } = line
  const base = { id, at, roster, kind: kindOf(line), by: asker?.by ?? null, requestId: asker?.requestId || null }
  if (line.member === null) {
    const { text, problem } = line.note
    return { ...base, member: null, status: null, problem: toProblem(problem), calls: [], text }
  }
  const { member, entry, callMs = [] } = line
  const text = tellTimeline([entry])[0]?.text ?? ''
  if (entry.k !== 'run') return { ...base, member, status: null, problem: null, calls: [], text }
  const calls = entry.c.map(([call, status], index) => {
    const cut = call.indexOf(' ')
    return {
      method: call.slice(0, cut),
      path: call.slice(cut + 1),
      status: status === 0 ? null : status,
      durationMs: callMs[index] ?? null,
    }
  })
  return { ...base, member, status: entry.s, problem: toProblem(entry.p, entry.d), calls, text }
}

function toProblem(code: ErrorCode | undefined, detail?: string): ActivityItem['problem'] {
  return code === undefined ? null : { code, detail: detail ?? ERROR_RULES[code]?.title ?? code }
}
