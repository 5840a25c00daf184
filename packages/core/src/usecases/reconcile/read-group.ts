import { emailKey } from '../../domain/email.ts'
import type { Roster } from '../../domain/roster.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Reading, Readings, ReadRow } from '../../store/index.ts'
import { age, goesOn, sessionOf, type Visit } from '../visit/visit.ts'

/** `goes_on`: what was read is kept, and the task has to come again at `at` (ms). */
export type GroupReading =
  | { kind: 'complete'; rows: ReadRow[]; startedAt: number }
  | { kind: 'incomplete' }
  | { kind: 'goes_on'; at: number; read: number; total: number | null }

/** A reading under way. `own`: all pages so far are this visit's, so none of their rows has to be asked of the store. */
interface UnderWay {
  readings: Readings
  reading: Reading
  own: OwnPages | null
}

/** Rows by tester id, of each pass. */
type OwnPages = Record<Reading['pass'], Map<string, ReadRow>>

/** Of the scheduled reading; any other owner is somebody who asked for a reading that begins no earlier than that. */
export const SCHEDULED = 'schedule'

/** Then others have their turn: events, and what else is due in the lane. */
const SLICE_MS = 5_000
const LOOKED_AT_ONCE = 100
/** A reading that did not go on for so long stands in nobody's way. */
const ABANDONED_MS = 600_000
const WAIT_FOR_OTHER_MS = 5_000
/** Pages in a row without anything new: the links lead in circles. */
const IDLE_PAGES = 3
const RESTARTS = 3
const DOUBTS = 3
const DOUBT_MS = 30_000

/**
 * Goes on with the reading of the whole group, a few pages at a time. Complete is a listing that ended, repeats no row and equals
 * Apple's total; where Apple gives no total, two equal readings. Whoever we wrote about meanwhile is looked at by the address at
 * the end, and Apple's total is asked for right after it, while nothing can be written: our own writes make no listing
 * incomplete, and hide no row that is missing from it. From a listing that is not complete nothing may be concluded.
 */
export async function readGroup(visit: Visit, roster: Roster, owner: string): Promise<GroupReading> {
  const { clock } = visit.deps
  const readings = visit.deps.store.lane(visit.teamKey).roster(roster.id).readings
  const found = await readings.find()
  if (found && found.owner !== owner && isInTheWay(found, owner, clock.now())) {
    return { kind: 'goes_on', at: clock.now() + WAIT_FOR_OTHER_MS, read: 0, total: null }
  }
  const isBegunBefore = found?.owner === owner
  const own: OwnPages | null = isBegunBefore ? null : { 1: new Map(), 2: new Map() }
  let reading = isBegunBefore ? found : await begin(visit, readings, owner)
  let steps = 0
  for (;;) {
    if (reading.broken) return conclude(readings, reading, null)
    if (steps > 0 && (await othersWait(visit))) return goOn(reading, clock.now())
    if (!reading.ended) {
      reading = await readPage(visit, roster, { readings, reading, own })
    } else {
      const touched = await readings.touched(LOOKED_AT_ONCE)
      if (touched.length === 0) {
        const end = await judge(visit, roster, { readings, reading, own })
        if (end.kind !== 'again') return end
        reading = end.reading
        continue
      }
      const emails = [...new Map(touched.map((address) => [emailKey(address), address])).values()]
      const rows = await sessionOf(visit).findGroupMembers({ groupId: roster.group.id, emails })
      assertKept(await readings.keepChecked(visit.lease.token, { ...reading, at: clock.now() }, touched, rows))
    }
    steps++
  }
}

/** Whether this task already has a reading under way. */
export async function isReading(visit: Visit, roster: Roster, owner: string): Promise<boolean> {
  return (await visit.deps.store.lane(visit.teamKey).roster(roster.id).readings.find())?.owner === owner
}

function isInTheWay(found: Reading, owner: string, now: number): boolean {
  return now - found.at < ABANDONED_MS && (owner === SCHEDULED || found.owner !== SCHEDULED)
}

async function begin(visit: Visit, readings: Readings, owner: string, restarts = 0): Promise<Reading> {
  const now = visit.deps.clock.now()
  const reading: Reading = {
    v: 1,
    owner,
    startedAt: now,
    at: now,
    pass: 1,
    next: null,
    read: 0,
    idle: 0,
    total: null,
    ended: false,
    broken: false,
    restarts,
    doubts: 0,
  }
  assertKept(await readings.begin(visit.lease.token, reading))
  return reading
}

/** Events wait for a page at most. */
export async function othersWait(visit: Visit): Promise<boolean> {
  if (!goesOn(visit) || age(visit) > SLICE_MS) return true
  const { queue, store } = visit.deps
  const [recorded, { waiting }] = await Promise.all([store.lanesRecorded([visit.teamKey]), queue.counts()])
  return waiting > 0 || recorded.length > 0
}

const goOn = ({ read, total }: Reading, at: number): GroupReading => ({ kind: 'goes_on', at, read, total })

async function conclude(readings: Readings, { startedAt }: Reading, rows: ReadRow[] | null): Promise<GroupReading> {
  await readings.end()
  return rows === null ? { kind: 'incomplete' } : { kind: 'complete', rows, startedAt }
}

function assertKept(kept: boolean): void {
  if (!kept) throw new AppError('lease_lost')
}

async function readPage(visit: Visit, roster: Roster, { readings, reading, own }: UnderWay): Promise<Reading> {
  let page
  try {
    page = await sessionOf(visit).readGroupPage(roster.group.id, reading.next, visit.deps.settings.testerUsage)
  } catch (error) {
    // A next link that Apple takes no more, after a long while: from the first page on, and a group that is gone shows there.
    const isRefused = reading.next !== null && isAppError(error, 'apple_refused', 'apple_not_found')
    if (!isRefused || reading.restarts === RESTARTS) throw error
    own?.[1].clear()
    own?.[2].clear()
    return begin(visit, readings, reading.owner, reading.restarts + 1)
  }
  const ids = page.rows.map(({ id }) => id)
  const known = own?.[reading.pass] ?? (await readings.known(reading.pass, ids))
  const fresh = new Map<string, ReadRow>()
  const touched = new Set((await readings.touched(Number.MAX_SAFE_INTEGER)).map(emailKey))
  let isRepeated = false
  for (const row of page.rows) {
    const { id, email } = row
    // One that we took out and put in again may be listed twice, and is looked at later.
    if (known.has(id) || fresh.has(id)) isRepeated ||= email === null || !touched.has(emailKey(email))
    const { state, inviteType, devices } = row
    if (!known.has(id)) fresh.set(id, { id, email, state, inviteType, devices })
  }
  const idle = fresh.size > 0 ? 0 : reading.idle + 1
  const next: Reading = {
    ...reading,
    at: visit.deps.clock.now(),
    next: page.next,
    read: reading.read + (reading.pass === 1 ? fresh.size : 0),
    idle,
    total: page.total ?? reading.total,
    ended: page.next === null,
    broken: isRepeated || (page.next !== null && (page.next === reading.next || idle >= IDLE_PAGES)),
  }
  assertKept(await readings.keepPage(visit.lease.token, next, [...fresh.values()]))
  for (const [id, row] of fresh) own?.[reading.pass].set(id, row)
  return next
}

/** All pages are read, and whoever we wrote about was looked at. `again`: once more from the first page. */
async function judge(
  visit: Visit,
  roster: Roster,
  { readings, reading, own }: UnderWay,
): Promise<GroupReading | { kind: 'again'; reading: Reading }> {
  const { clock } = visit.deps
  const { token } = visit.lease
  const isPatched = (await readings.countChecked()) > 0
  // What was looked at by its address is in the store alone.
  const rowsOf = async (pass: Reading['pass']) =>
    own && !isPatched ? [...own[pass].values()] : await readings.rows(pass)
  const rows = await rowsOf(reading.pass)
  if (reading.total === null && reading.pass === 1) {
    const second: Reading = { ...reading, pass: 2, next: null, idle: 0, ended: false }
    assertKept(await readings.keepPage(token, second, []))
    return { kind: 'again', reading: second }
  }
  if (reading.total === null) return conclude(readings, reading, sameIds(await rowsOf(1), rows) ? rows : null)
  const total = isPatched ? await sessionOf(visit).countGroupTesters(roster.group.id) : reading.total
  if (total === rows.length) return conclude(readings, reading, rows)
  if (!isPatched || reading.doubts === DOUBTS) return conclude(readings, reading, null)
  // Reads lag our own writes, each in its own time: those are looked at once more.
  const doubted: Reading = { ...reading, doubts: reading.doubts + 1, at: clock.now() }
  assertKept(await readings.doubtChecked(token, doubted))
  return goOn(doubted, clock.now() + DOUBT_MS)
}

function sameIds(first: readonly ReadRow[], second: readonly ReadRow[]): boolean {
  const ids = new Set(first.map((row) => row.id))
  return second.length === ids.size && second.every((row) => ids.has(row.id))
}
