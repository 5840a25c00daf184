import type { Clock } from '../../domain/clock.ts'
import { findIdle, type IdleCandidate, type IdleDoubt, type IdleRule, type IdleSubject } from '../../domain/idle.ts'
import type { Roster } from '../../domain/roster.ts'
import type { MemberRecord, Store } from '../../store/index.ts'

/** Whose seat is idle by the roster's rule, by the last complete reading. */
export interface IdleList {
  rule: IdleRule | null
  /** When the group, and what its testers did, was last read as a whole (ms); null: never. */
  measuredAt: number | null
  usageMeasuredAt: number | null
  candidates: IdleCandidate[]
  /** Of how many it is not known, and why. */
  unknown: number
  doubts: { code: IdleDoubt; count: number }[]
  /** Ids of those of whom it is not known. */
  doubtful: ReadonlySet<string>
}

/** Who of a roster does not use the seat, by what is kept: no call of Apple. */
export async function listIdle(deps: { store: Store; clock: Clock }, roster: Roster): Promise<IdleList> {
  const figures = deps.store.lane(roster.teamKey).roster(roster.id).figures
  const { seenAt, summary } = await figures.standing()
  const rule = roster.idle
  const list = { rule, measuredAt: seenAt, usageMeasuredAt: summary.readAt }
  if (rule === null) return { ...list, candidates: [], unknown: 0, doubts: [], doubtful: new Set() }
  const now = deps.clock.now()
  const [sightings, usages, isProtected] = await Promise.all([
    figures.sightings(),
    figures.usages(),
    deps.store.lane(roster.teamKey).roster(roster.id).protections.all(),
  ])
  const subjects = new Map<string, IdleSubject>()
  const toSubject = (record: MemberRecord): IdleSubject => ({
    id: record.id,
    status: record.status,
    isProtected: isProtected.has(record.id),
    graceFrom: record.observed?.grace?.from ?? null,
    sighting: sightings.get(record.id) ?? null,
    usage: usages.get(record.id) ?? null,
  })
  const members = deps.store.members(roster.teamKey, roster.id)
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    for (const record of page.records) if (record.desired.present) subjects.set(record.id, toSubject(record))
  } while (cursor !== '0')
  const { candidates, doubts, doubtful } = findIdle(rule, { now, seenAt, summary }, subjects.values())
  const counted = [...doubts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count)
  return { ...list, candidates, unknown: counted.reduce((sum, { count }) => sum + count, 0), doubts: counted, doubtful }
}
