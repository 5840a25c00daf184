import { isDue } from '../idle/plan-usage.ts'
/**
 * The reading of what a roster's testers did: planned by a reconciliation, once a day at most, and carried out as a task of its own,
 * so that nothing of it holds up or fails the comparison. Its calls are bulk work. It ends in one of three ways:
 *
 * | ending        | what is kept                                                     |
 * | ------------- | ---------------------------------------------------------------- |
 * | believed      | the figures of everybody who has a row                           |
 * | not believed  | the figures of before, and why the new ones are not (`UsageDoubt`) |
 * | goes on later | the pages so far; what concerns the lane, or passes by itself, is thrown |
 */
import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import {
  doubtReading,
  nextUsage,
  periodFor,
  type Usage,
  type UsageDoubt,
  type UsageFigures,
} from '../../domain/usage.ts'
import { isAppError, type ErrorCode } from '../../errors.ts'
import type { UsageReadingState } from '../../store/index.ts'
import { sessionOf, type Visit } from '../visit/visit.ts'
import { planIdle } from '../idle/plan-idle.ts'
import { othersWait } from '../reconcile/read-group.ts'

/** 10,000 testers at Apple's default of 50 a page, and as many again: beyond that the links go in circles. */
const MAX_PAGES = 400
/** A reading that is older says one thing of some people and another of the rest. */
const STALE_MS = 3_600_000
const FAILURES = 10
/** Without a total, fewer of those who installed than this have a row: the list is not whole. */
const COVERED = 0.9

/** What an endpoint that refuses says; anything else passes by itself, or concerns the lane. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'apple_refused',
  'apple_not_found',
  'apple_request_invalid',
  'key_forbidden',
])
const PASSING: ReadonlySet<ErrorCode> = new Set(['apple_unavailable', 'apple_unreachable'])

/** Goes on with the reading, a few pages at a time. When to come again (ms), or null once it is through. */
export async function readUsage(visit: Visit, rosterId: string): Promise<number | null> {
  const { store, clock, settings } = visit.deps
  const roster = await store.rosters.find(rosterId)
  if (!roster || roster.teamKey !== visit.teamKey || roster.paused || roster.blocked || roster.deleting) return null
  const { summary } = await store.lane(visit.teamKey).roster(roster.id).figures.standing()
  if (!settings.testerUsage || !isDue(summary, clock.now())) return null
  const readings = store.lane(visit.teamKey).roster(roster.id).usageReadings
  const { token } = visit.lease
  let reading = await goOnWith(visit, roster)
  for (let pages = 0; ; pages++) {
    if (pages > 0 && (await othersWait(visit))) return clock.now()
    try {
      const page = await sessionOf(visit).readUsagePage(roster.group.id, reading.days, reading.next)
      const isCircle = page.next !== null && (page.next === reading.next || reading.pages >= MAX_PAGES)
      const until = page.rows.reduce((latest, row) => Math.max(latest, row.until ?? 0), reading.until ?? 0)
      reading = {
        ...reading,
        next: page.next,
        pages: reading.pages + 1,
        received: reading.received + page.rows.length,
        total: page.total ?? reading.total,
        until: until === 0 ? null : until,
        failures: 0,
      }
      await readings.keep(token, reading, new Map(page.rows.map(({ id, figures }) => [id, figures])))
      if (isCircle) return await conclude(visit, roster, reading, 'incomplete')
      if (page.next === null) return await conclude(visit, roster, reading, null)
    } catch (error) {
      if (!isAppError(error)) throw error
      if (REFUSALS.has(error.code)) return await conclude(visit, roster, reading, 'refused')
      if (error.code === 'apple_answer_unreadable') return await conclude(visit, roster, reading, 'incomplete')
      if (!PASSING.has(error.code)) throw error
      if (reading.failures + 1 >= FAILURES) return await conclude(visit, roster, reading, 'refused')
      await readings.keep(token, { ...reading, failures: reading.failures + 1 }, new Map())
      throw error
    }
  }
}

async function goOnWith(visit: Visit, roster: Roster): Promise<UsageReadingState> {
  const readings = visit.deps.store.lane(visit.teamKey).roster(roster.id).usageReadings
  const days = periodFor(roster.idle?.noSessionDays ?? null)
  const now = visit.deps.clock.now()
  const found = await readings.find()
  if (found && found.days === days && now - found.startedAt < STALE_MS) return found
  await readings.begin(visit.lease.token)
  return { v: 1, days, startedAt: now, next: null, pages: 0, received: 0, total: null, until: null, failures: 0 }
}

async function conclude(
  visit: Visit,
  roster: Roster,
  reading: UsageReadingState,
  failed: UsageDoubt | null,
): Promise<null> {
  const { store, clock, log } = visit.deps
  const by = { token: visit.lease.token, createdAt: roster.createdAt }
  const figures = store.lane(visit.teamKey).roster(roster.id).figures
  const readings = store.lane(visit.teamKey).roster(roster.id).usageReadings
  const readAt = clock.now()
  const [{ summary }, before, rows] = await Promise.all([figures.standing(), figures.usages(), readings.rows()])
  const found = await figuresOfMembers(visit, roster, rows)
  const { days, until } = reading
  const sessions = new Map([...before].map(([id, usage]) => [id, usage.sessions]))
  const doubt =
    failed ??
    doubtWhole(reading, rows.size, found) ??
    doubtReading({ days, readAt, until, figures: found.figures }, { readAt: summary.readAt, sessions })
  if (doubt === null) {
    // Whoever has no row now keeps what was read before, with its time.
    const usages = new Map<string, Usage>([...before].filter(([id]) => found.inGroup.has(id)))
    for (const [id, one] of found.figures) usages.set(id, nextUsage(before.get(id), one, { days, readAt }))
    await figures.keepUsages(by, { v: 1, readAt, days, triedAt: readAt, doubt: null }, usages)
    await figures.noteSessions(by, { at: readAt, perWeek: perWeek(found.figures.values(), days) })
  } else {
    log.warn({ event: 'usage.not_believed', roster: roster.id, doubt, pages: reading.pages }, 'usage.not_believed')
    await figures.keepUsages(by, { ...summary, triedAt: readAt, doubt }, null)
  }
  await readings.end(by.token)
  await planIdle(visit, roster)
  return null
}

interface Found {
  /** Member id → what its tester did, of those who have a row. */
  figures: Map<string, UsageFigures>
  inGroup: Set<string>
  /** How many have the app installed, as far as we know, and how many of them have a row. */
  installed: number
  covered: number
}

async function figuresOfMembers(
  visit: Visit,
  roster: Roster,
  rows: ReadonlyMap<string, UsageFigures | null>,
): Promise<Found> {
  const { store, lane } = visit.deps
  const members = store.members(visit.teamKey, roster.id)
  const found: Found = { figures: new Map(), inGroup: new Set(), installed: 0, covered: 0 }
  let cursor = '0'
  do {
    const page = await members.scan(cursor)
    cursor = page.cursor
    const present = page.records.filter(({ desired }) => desired.present)
    const emails = present.flatMap(({ observed }) => (observed?.email ? [emailKey(observed.email)] : []))
    const ids = await lane.testerIds(roster.app.id, [...new Set(emails)])
    for (const { id, observed, status } of present) {
      const testerId = observed?.email ? ids.get(emailKey(observed.email)) : undefined
      if (testerId === undefined) continue
      found.inGroup.add(id)
      if (status === 'installed') found.installed += 1
      if (status === 'installed' && rows.has(testerId)) found.covered += 1
      const figures = rows.get(testerId)
      if (figures) found.figures.set(id, figures)
    }
  } while (cursor !== '0')
  return found
}

/** A list that is cut off, or has gaps, is known by its total; where Apple gives none, by those who are missing in it. */
function doubtWhole({ received, total }: UsageReadingState, distinct: number, found: Found): UsageDoubt | null {
  if (received === 0) return null
  if (received !== distinct) return 'incomplete'
  if (total !== null) return total === received ? null : 'incomplete'
  return found.covered < found.installed * COVERED ? 'incomplete' : null
}

function perWeek(figures: Iterable<UsageFigures>, days: number): number {
  let sessions = 0
  for (const one of figures) sessions += one.sessions
  return Math.round((sessions * 70) / days) / 10
}
