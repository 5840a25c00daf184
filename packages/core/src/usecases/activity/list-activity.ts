import { kindOf, type ActivityItem, type ActivityKind } from '../../domain/activity.ts'
import type { Clock } from '../../domain/clock.ts'
import type { Leisure } from '../../domain/leisure.ts'
import type { MemberStatus } from '../../domain/member.ts'
import type { Roster } from '../../domain/roster.ts'
import { ERROR_RULES, type ErrorCode } from '../../errors.ts'
import { ACTIVITY_KEPT_MS, type Store, type StoredActivity } from '../../store/index.ts'
import { tellTimeline } from './tell-timeline.ts'

/** Which lines of the activity are listed; what is absent filters nothing. */
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

/** Then the page is given as it is, with a cursor that goes on: a filter that fits nothing would read all there is. */
const MOST_READ = 12_000
const LINES_AT_ONCE = 200
const ADDITIONS_AT_ONCE = 20
/** More than one step adds. */
const LINES_OF_ADDITION = 10_000
/** An addition is noted so soon after its lines. */
const NOTED_WITHIN_MS = 60_000

interface Page {
  limit: number
  /** The `next` of the page before. */
  before?: string | undefined
}

interface ActivityPage {
  items: ActivityItem[]
  next: string | null
}

interface Deps {
  store: Pick<Store, 'lane' | 'activityAdditions' | 'rosters'>
  clock: Clock
  /** Small requests of the process go before each piece; absent: there are none. */
  leisure?: Pick<Leisure, 'take'>
}

interface Line {
  line: StoredActivity
  roster: string
  /** Where the next page goes on: behind it. */
  place: string
}

/** What happened on a roster, newest first. A page may hold fewer than `limit` and still have a `next`. */
export function listActivity(
  deps: Deps,
  roster: Pick<Roster, 'id' | 'teamKey'>,
  filter: ActivityFilter,
  page: Page,
): Promise<ActivityPage> {
  return collect(linesOf(deps, roster, filter, page.before), filter, page.limit)
}

/** What happened on all rosters, newest first, as it was noted: lines of one moment may be in any order. Pages as those of one roster. */
export function listAllActivity(deps: Deps, filter: ActivityFilter, page: Page): Promise<ActivityPage> {
  return collect(linesOfAll(deps, filter, page.before), filter, page.limit)
}

async function collect(lines: AsyncGenerator<Line>, filter: ActivityFilter, limit: number): Promise<ActivityPage> {
  const items: ActivityItem[] = []
  let read = 0
  let last: string | null = null
  for await (const { line, roster, place } of lines) {
    if (items.length >= limit || read >= MOST_READ) return { items, next: last }
    read++
    last = place
    const item = toItem(line, roster)
    if (fits(item, filter)) items.push(item)
  }
  return { items, next: null }
}

const oldestOf = ({ clock }: Deps, { since = 0 }: ActivityFilter) => Math.max(since, clock.now() - ACTIVITY_KEPT_MS)

async function* linesOf(
  deps: Deps,
  { id, teamKey }: Pick<Roster, 'id' | 'teamKey'>,
  filter: ActivityFilter,
  before: string | undefined,
): AsyncGenerator<Line> {
  const activity = deps.store.lane(teamKey).roster(id).activity
  const from = oldestOf(deps, filter)
  let to = before === undefined ? newestOf(filter, 0) : `(${parsePlace(before)[0]}`
  for (;;) {
    const end = to
    const look = () => activity.read({ to: end, from, count: LINES_AT_ONCE })
    const lines = await (deps.leisure ? deps.leisure.take(look) : look())
    for (const line of lines) yield { line, roster: id, place: `${line.id}:${id}` }
    const last = lines.at(-1)
    if (!last || lines.length < LINES_AT_ONCE) return
    to = `(${last.id}`
  }
}

/** Only the rosters on which something happened are read, so far as somebody reads on. */
async function* linesOfAll(deps: Deps, filter: ActivityFilter, before: string | undefined): AsyncGenerator<Line> {
  const { rosters } = deps.store
  const from = oldestOf(deps, filter)
  const [begin, shown] = before !== undefined && isPlaceOfAll(before) ? parsePlace(before) : []
  let to = begin ?? newestOf(filter, NOTED_WITHIN_MS)
  for (;;) {
    const additions = await deps.store.activityAdditions({ to, from, count: ADDITIONS_AT_ONCE })
    const found = await rosters.findMany(additions.map(({ roster }) => roster))
    const read = await Promise.all(
      additions.map(async ({ id, roster, first, last }) => {
        const of = found.get(roster)
        const newest = id === begin ? `(${shown}` : last
        return of
          ? deps.store
              .lane(of.teamKey)
              .roster(roster)
              .activity.read({ to: newest, from: first, count: LINES_OF_ADDITION })
          : []
      }),
    )
    for (const [at, lines] of read.entries()) {
      const { id, roster } = additions[at]!
      for (const line of lines) if (isWithin(line, filter)) yield { line, roster, place: `${id}:${line.id}` }
    }
    const last = additions.at(-1)
    if (!last || additions.length < ADDITIONS_AT_ONCE) return
    to = `(${last.id}`
  }
}

/** Where to begin in a stream; what is read was written at most so long before it was noted there. */
const newestOf = ({ until }: ActivityFilter, laterMs: number) =>
  until === undefined ? '+' : String(Math.max(0, until) + laterMs)

const isWithin = ({ at }: StoredActivity, { since = 0, until = Infinity }: ActivityFilter) => at >= since && at <= until

/** Of one roster: id of the line and the roster's; of all: ids of the addition and of the line in it. */
function parsePlace(text: string): [string, string] {
  const cut = text.indexOf(':')
  return [text.slice(0, cut), text.slice(cut + 1)]
}

const isPlaceOfAll = (text: string) => /^\d+-\d+:\d+-\d+$/.test(text)

/** Whether a text is a place in the activity of all rosters, as a cursor holds it: `<ms>-<number>:<roster>`. */
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
