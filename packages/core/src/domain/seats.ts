import { SEATS_LIMIT } from './standing.ts'

/** What is known of the external testers of one app. Times are ms. */
export interface AppSeats {
  /** Testers of the app as Apple counted them last, and those whom we put in since; null: never counted. */
  used: number | null
  countedAt: number | null
  /** Of these, who came by a public link; null: never counted. */
  public: number | null
  /** Apple's limit, or how many there were when Apple said that the app is full. */
  limit: number
  /** Apple has refused somebody for want of a seat then, and nobody was let in since. */
  fullAt: number | null
  /** When we put somebody in last; 0: never. */
  enteredAt: number
  /**
   * Testers who are in some external group, and how many of those there can be. Who left a group may go on as a tester of the app
   * without holding a seat, and which of the two counts Apple's limit is about is not published.
   */
  grouped: number | null
  groupedAt: number | null
  groupedLimit: number
}

/** Of an app whose seats nobody has counted: Apple's limit is believed. */
export const NO_SEATS: AppSeats = {
  used: null,
  countedAt: null,
  public: null,
  limit: SEATS_LIMIT,
  fullAt: null,
  enteredAt: 0,
  grouped: null,
  groupedAt: null,
  groupedLimit: SEATS_LIMIT,
}

/** Reads trail our own writes: a smaller number so soon after somebody went in is not believed. */
const READS_TRAIL_MS = 30_000
/** A count of the groups says nothing after a while. */
const GROUPED_MS = 60_000

/** With a new count by Apple. An app has no more testers than it can have: where there are more than the limit, that was another one. */
export function withCount(seats: AppSeats, counted: number, now: number): AppSeats {
  const trails = now - seats.enteredAt < READS_TRAIL_MS
  const used = trails ? Math.max(counted, seats.used ?? 0) : counted
  return { ...seats, used, countedAt: now, limit: atLeast(seats.limit, counted) }
}

/** As `withCount`, for a new count of the testers who are in some external group. */
export function withGrouped(seats: AppSeats, counted: number, now: number): AppSeats {
  const trails = now - seats.enteredAt < READS_TRAIL_MS && seats.groupedAt !== null
  const grouped = trails ? Math.max(counted, seats.grouped ?? 0) : counted
  return { ...seats, grouped, groupedAt: now, groupedLimit: atLeast(seats.groupedLimit, counted) }
}

const atLeast = (limit: number, counted: number) => Math.min(SEATS_LIMIT, Math.max(limit, counted))

/** Apple has just said that the app is full, and counted so many; null: it was not asked, or gives no total. */
export function withRefusal(seats: AppSeats, used: number | null, grouped: number | null, now: number): AppSeats {
  return {
    ...seats,
    fullAt: now,
    ...(used === null ? {} : { used, countedAt: now, limit: Math.min(SEATS_LIMIT, used) }),
    ...(grouped === null ? {} : { grouped, groupedAt: now, groupedLimit: Math.min(SEATS_LIMIT, grouped) }),
  }
}

/** With `entered` testers more whom we have added at `now` (ms), and whom Apple's counts need not show yet. */
export function withEntries(seats: AppSeats, entered: number, now: number): AppSeats {
  return {
    ...seats,
    used: seats.used === null ? null : seats.used + entered,
    grouped: seats.grouped === null ? null : seats.grouped + entered,
    fullAt: null,
    enteredAt: now,
  }
}

/**
 * How many seats are known to be free; null: not known. Where both counts leave some, the smaller one; where one says that the app
 * is full, the other one: whoever tries is refused, if the first was right.
 */
export function freeSeats(seats: AppSeats, now: number): number | null {
  if (seats.used === null) return seats.fullAt === null ? null : 0
  const byApp = Math.max(0, seats.limit - seats.used)
  if (seats.grouped === null || seats.groupedAt === null || now - seats.groupedAt > GROUPED_MS) return byApp
  const byGroups = Math.max(0, seats.groupedLimit - seats.grouped)
  return byApp > 0 && byGroups > 0 ? Math.min(byApp, byGroups) : Math.max(byApp, byGroups)
}

/**
 * Whether the groups have to be counted as well. Of Apple's own limit the app's testers leave never more than their groups; of one that
 * was learnt by a refusal either may.
 */
export function needsGroups({ used, limit }: AppSeats): boolean {
  return used !== null && (limit < SEATS_LIMIT || used >= limit)
}

/** A roster's part in the seats of its app. */
export interface SeatShare {
  roster: string
  reserve: number
  /** Its members who have a seat. */
  in: number
}

/** Seats of a roster's reserve that none of its members has taken yet. */
export function keptFree({ reserve, in: entered }: SeatShare): number {
  return Math.max(0, reserve - entered)
}

/** Who may still take a seat, as seats are taken one after the other. */
export interface SeatLedger {
  /**
   * How many more of this roster may go in without touching what is kept for others. Infinity: nothing is kept for others, or it is not
   * known how many seats are free; then Apple says whether there is one.
   */
  room(roster: string): number
  take(roster: string): void
  copy(): SeatLedger
}

/** A ledger over the free seats (null: not counted), less what every roster keeps for itself. */
export function createSeatLedger(free: number | null, shares: readonly SeatShare[]): SeatLedger {
  return openLedger(free, new Map(shares.map((share) => [share.roster, keptFree(share)])))
}

function openLedger(free: number | null, kept: ReadonlyMap<string, number>): SeatLedger {
  const left = new Map(kept)
  let seats = free
  return {
    room(roster) {
      let forOthers = 0
      for (const [other, count] of left) if (other !== roster) forOthers += count
      return forOthers === 0 || seats === null ? Infinity : seats - forOthers
    },
    take(roster) {
      if (seats !== null) seats--
      left.set(roster, Math.max(0, (left.get(roster) ?? 0) - 1))
    },
    copy: () => openLedger(seats, left),
  }
}

/** How many testers an app had at a time (ms). */
export interface SeatSample {
  at: number
  used: number
}

/** When the seats of an app will be used up at the pace of the last weeks. */
export type SeatForecast =
  | { kind: 'full' }
  | { kind: 'full_on'; at: number; perDay: number }
  /** `too_young`: known for too short a time; `not_growing`; `far`: beyond a year at this pace. */
  | { kind: 'not_foreseeable'; why: 'not_counted' | 'too_young' | 'not_growing' | 'far'; perDay: number | null }

const DAY_MS = 86_400_000
/** Days whose pace a forecast goes by. */
export const FORECAST_DAYS = 28
const LEAST_DAYS = 3
const FAR_DAYS = 365

/** When the app is full at the pace of the last 28 days: the line through all samples, so that one busy day is not taken for the rule. */
export function forecastSeats(
  { used, limit }: Pick<AppSeats, 'used' | 'limit'>,
  samples: readonly SeatSample[],
  now: number,
): SeatForecast {
  if (used === null) return { kind: 'not_foreseeable', why: 'not_counted', perDay: null }
  if (used >= limit) return { kind: 'full' }
  const recent = [...samples.filter(({ at }) => at <= now && now - at <= FORECAST_DAYS * DAY_MS), { at: now, used }]
  const first = recent[0] ?? { at: now }
  if (now - first.at < LEAST_DAYS * DAY_MS) return { kind: 'not_foreseeable', why: 'too_young', perDay: null }
  const perDay = slope(recent.map((sample) => [(sample.at - now) / DAY_MS, sample.used]))
  if (perDay <= 0) return { kind: 'not_foreseeable', why: 'not_growing', perDay }
  const days = (limit - used) / perDay
  if (days > FAR_DAYS) return { kind: 'not_foreseeable', why: 'far', perDay }
  return { kind: 'full_on', at: Math.round(now + days * DAY_MS), perDay }
}

/** Of the straight line that is nearest to the points. */
function slope(points: readonly [x: number, y: number][]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
  return below === 0 ? 0 : above / below
}
