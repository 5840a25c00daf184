import {
  USAGE_PERIODS,
  type Device,
  type InviteType,
  type TesterState,
  type UsageFigures,
  type UsagePeriod,
} from '@flightroster/app-store-connect'

export { USAGE_PERIODS, type Device, type InviteType, type UsageFigures, type UsagePeriod }

/** A member's tester in a complete listing of the group. */
export interface Sighting {
  state: TesterState
  /** When we first saw it in this state, without a break (ms): days of idleness count from what we saw ourselves. */
  since: number
  /** null: Apple did not say, or nobody wants to know (TESTER_USAGE=off). */
  inviteType: InviteType | null
  devices: Device[]
}

/** The figures of a member's tester, and what we saw them do from reading to reading. */
export interface Usage extends UsageFigures {
  /** The period that they cover. */
  days: UsagePeriod
  /** When they were read (ms). */
  readAt: number
  /** The first of the readings, without one of another kind between, that said no session (ms); null: it had some. */
  zeroSince: number | null
  /** The last reading that had more sessions than the one before it (ms): the person used the app not long before. */
  risenAt: number | null
}

/** Why figures are not believed, or are not there. */
export const USAGE_DOUBTS = ['off', 'unread', 'refused', 'incomplete', 'empty', 'late', 'implausible'] as const
/** Why the last reading of usage is not believed. */
export type UsageDoubt = (typeof USAGE_DOUBTS)[number]

/** The readings of one roster's figures as a whole. */
export interface UsageSummary {
  v: 1
  /** The last one that was believed (ms); null: none was. */
  readAt: number | null
  days: UsagePeriod | null
  /** The last one that ended, believed or not (ms). */
  triedAt: number | null
  /** Why the last one is not believed. */
  doubt: UsageDoubt | null
}

/** Of a roster whose usage was never read. */
export const NO_USAGE: UsageSummary = { v: 1, readAt: null, days: null, triedAt: null, doubt: 'unread' }

const DAY_MS = 86_400_000
/** Figures trail by up to a day: those that are further behind than this say nothing about yesterday. */
export const LATE_AFTER_MS = 2 * DAY_MS
/** Without a word from anybody asked for: what a person did in a quarter of a year. */
const DEFAULT_PERIOD: UsagePeriod = 90
/**
 * A reading that was not believed is compared with the last one that was. Once all sessions of that one are older than the period,
 * they may well be gone; the figures of everybody were once empty for weeks, so never sooner than this.
 */
const DOUBT_ENDS_DAYS = 60

/** The smallest of Apple's periods that covers so many days; for null, which is a rule that does not ask for sessions, the usual one. */
export function periodFor(noSessionDays: number | null): UsagePeriod {
  if (noSessionDays === null) return DEFAULT_PERIOD
  return USAGE_PERIODS.find((days) => days >= noSessionDays) ?? 365
}

/** Of a whole reading: tester id → its figures. */
export interface UsageReading {
  days: UsagePeriod
  readAt: number
  /** The end of the time that the figures cover (ms), by Apple's word; null where it did not say. */
  until: number | null
  figures: ReadonlyMap<string, UsageFigures>
}

/**
 * Whether a complete reading is believed, beside what was believed before. `before`: tester id → sessions then. Apple's figures
 * were once empty for everybody for weeks: if more than half of those with sessions have none at once, the reading is wrong.
 */
export function doubtReading(
  reading: UsageReading,
  before: { readAt: number | null; sessions: ReadonlyMap<string, number> },
): UsageDoubt | null {
  if (reading.figures.size === 0) return 'empty'
  if (reading.until !== null && reading.readAt - reading.until > LATE_AFTER_MS) return 'late'
  const active = [...before.sessions].filter(([, sessions]) => sessions > 0).map(([id]) => id)
  const gone = active.filter((id) => (reading.figures.get(id)?.sessions ?? 0) === 0)
  if (gone.length * 2 <= active.length) return null
  const isExplained =
    before.readAt !== null && reading.readAt - before.readAt >= Math.max(reading.days, DOUBT_ENDS_DAYS) * DAY_MS
  return isExplained ? null : 'implausible'
}

/** A tester's figures of a reading that is believed, beside the ones before. */
export function nextUsage(
  before: Usage | undefined,
  figures: UsageFigures,
  { days, readAt }: Pick<UsageReading, 'days' | 'readAt'>,
): Usage {
  // Of another period nothing can be told about what happened between.
  const known = before?.days === days ? before : undefined
  const { sessions } = figures
  const rose = sessions > (known?.sessions ?? 0)
  return {
    ...figures,
    days,
    readAt,
    zeroSince: sessions > 0 ? null : (known?.zeroSince ?? readAt),
    risenAt: rose ? readAt : (before?.risenAt ?? null),
  }
}

/** A member's tester as a listing shows it, beside how it was seen before: that very sighting where nothing is another. */
export function nextSighting(before: Sighting | undefined, seen: Omit<Sighting, 'since'>, at: number): Sighting {
  if (before?.state !== seen.state) return { ...seen, since: at }
  const isSame = before.inviteType === seen.inviteType && areSame(before.devices, seen.devices)
  return isSame ? before : { ...seen, since: before.since }
}

/** Field by field: a reading compares ten thousand, and nearly all are the same. */
function areSame(some: readonly Device[], others: readonly Device[]): boolean {
  return (
    some === others ||
    (some.length === others.length &&
      some.every((one, at) => {
        const other = others[at]
        return (
          one.model === other?.model &&
          one.platform === other.platform &&
          one.osVersion === other.osVersion &&
          one.build === other.build
        )
      }))
  )
}
