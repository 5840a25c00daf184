/**
 * Who does not use the seat of an app. Pure. A person is a candidate only for what we saw ourselves and what Apple's newest
 * figures say; doubt protects:
 *
 * | state of the tester | reason          | days count from                                         | what must be known beside it        |
 * | ------------------- | --------------- | ------------------------------------------------------- | ----------------------------------- |
 * | INVITED             | `not_accepted`  | the first complete listing that showed it               | a complete listing, 48 h old at most |
 * | ACCEPTED            | `not_installed` | the same                                                | the same                            |
 * | INSTALLED           | `no_session`    | the same, or the last reading whose sessions had risen  | and figures, 48 h old at most, of a period that covers the days: no session, in two readings a day apart |
 */
import type { MemberStatus } from './member.ts'
import { periodFor, USAGE_DOUBTS, type Sighting, type Usage, type UsageSummary } from './usage.ts'

/** Why a seat counts as idle: not accepted, not installed, or installed without a session for the days of the rule. */
export const IDLE_REASONS = ['not_accepted', 'not_installed', 'no_session'] as const
/** Why a seat counts as idle. */
export type IdleReason = (typeof IDLE_REASONS)[number]

/** When idle seats are taken back by themselves. */
export const RECLAIM_MODES = ['never', 'when_full', 'always'] as const
/** When idle seats are taken back by themselves. */
export type ReclaimMode = (typeof RECLAIM_MODES)[number]

/** When a seat counts as idle. Days that are null: that reason is not looked for. */
export interface IdleRule {
  notAcceptedDays: number | null
  notInstalledDays: number | null
  noSessionDays: number | null
  /** Between the day somebody becomes a candidate and the day the seat is taken back by itself. */
  graceDays: number
  reclaim: ReclaimMode
}

/** One member, as far as idleness goes. */
export interface IdleSubject {
  id: string
  status: MemberStatus
  isProtected: boolean
  /** When the grace began (ms); null: it has not. */
  graceFrom: number | null
  sighting: Sighting | null
  usage: Usage | null
}

/** A member whose seat is idle by the roster's rule. */
export interface IdleCandidate {
  id: string
  reason: IdleReason
  /** What the days count from (ms). */
  since: number
  /** When the seat is taken back by itself (ms), at the earliest; null: never by itself. */
  reclaimAt: number | null
  protected: boolean
}

/** Why it is not known of some whether they are idle: for the person's own sake, or for that of a whole reading. */
export const IDLE_DOUBTS = ['unseen', 'missing', 'other_period', 'listing_old', 'old', ...USAGE_DOUBTS] as const
/** Why it is not known of a member whether the seat is idle. */
export type IdleDoubt = (typeof IDLE_DOUBTS)[number]

/** Whose seat is idle, and of whom it is not known: nothing is taken back on a doubt. */
export interface IdleFindings {
  candidates: IdleCandidate[]
  /** How many it is not known of, by why. */
  doubts: Map<IdleDoubt, number>
  /** Their ids. */
  doubtful: Set<string>
}

const DAY_MS = 86_400_000
/** Whatever is older says nothing about today. */
const TRUSTED_MS = 2 * DAY_MS

/** How fresh what is known of a group is, at the moment that it is judged. */
export interface IdleStanding {
  now: number
  /** When the group was last listed as a whole (ms); null: never. */
  seenAt: number | null
  summary: UsageSummary
}

/** Judges every subject by the roster's rule. Pure; what was not read completely ends in `doubts`, never in `candidates`. */
export function findIdle(rule: IdleRule, standing: IdleStanding, subjects: Iterable<IdleSubject>): IdleFindings {
  const candidates: IdleCandidate[] = []
  const doubts = new Map<IdleDoubt, number>()
  const doubtful = new Set<string>()
  for (const subject of subjects) {
    const found = judge(rule, standing, subject)
    if (found === null) continue
    if ('doubt' in found) {
      doubts.set(found.doubt, (doubts.get(found.doubt) ?? 0) + 1)
      doubtful.add(subject.id)
    } else candidates.push({ id: subject.id, ...found, ...decide(rule, subject, standing.now) })
  }
  candidates.sort((a, b) => a.since - b.since || (a.id < b.id ? -1 : 1))
  return { candidates, doubts, doubtful }
}

/** Whom a rule looks at: why they would be idle, and after how many days. */
function reasonFor(rule: IdleRule, status: MemberStatus): { reason: IdleReason; days: number } | null {
  const [reason, days] =
    status === 'invited'
      ? (['not_accepted', rule.notAcceptedDays] as const)
      : status === 'accepted'
        ? (['not_installed', rule.notInstalledDays] as const)
        : status === 'installed'
          ? (['no_session', rule.noSessionDays] as const)
          : [null, null]
  return reason === null || days === null ? null : { reason, days }
}

function judge(
  rule: IdleRule,
  { now, seenAt, summary }: IdleStanding,
  { status, sighting, usage }: IdleSubject,
): { reason: IdleReason; since: number } | { doubt: IdleDoubt } | null {
  const looked = reasonFor(rule, status)
  if (looked === null) return null
  const { reason, days } = looked
  if (seenAt !== null && now - seenAt > TRUSTED_MS) return { doubt: 'listing_old' }
  if (sighting === null) return { doubt: 'unseen' }
  // Their state is another by now: whatever it is, it is newer.
  if (sighting.state !== status) return null
  if (reason !== 'no_session') {
    // Sessions, or a device that has the app, say more than a state that lags behind.
    const isUsed = (usage?.sessions ?? 0) > 0 || sighting.devices.length > 0
    return isUsed || !isOver(sighting.since, days, now) ? null : { reason, since: sighting.since }
  }
  const doubt = doubtUsage(summary, usage, days, now)
  if (doubt !== null) return { doubt }
  if (usage === null || usage.zeroSince === null || usage.readAt - usage.zeroSince < DAY_MS) return null
  const since = Math.max(sighting.since, usage.risenAt ?? 0)
  return isOver(since, days, now) ? { reason, since } : null
}

function doubtUsage(summary: UsageSummary, usage: Usage | null, days: number, now: number): IdleDoubt | null {
  if (summary.doubt !== null) return summary.doubt
  if (summary.readAt === null) return 'unread'
  if (now - summary.readAt > TRUSTED_MS) return 'old'
  // Of an earlier reading: the last one had no row for this person.
  if (usage === null || usage.readAt < summary.readAt) return 'missing'
  // No session in a longer time is none in a shorter one as well; of some, it is not known when they were.
  if (usage.days < days || (usage.sessions > 0 && usage.days > periodFor(days))) return 'other_period'
  return null
}

const isOver = (since: number, days: number, now: number) => now - since >= days * DAY_MS

/** Whoever is protected, or of a roster that takes nothing back by itself, keeps the seat. */
function decide(
  { reclaim, graceDays }: IdleRule,
  { isProtected, graceFrom }: IdleSubject,
  now: number,
): Pick<IdleCandidate, 'reclaimAt' | 'protected'> {
  const isKept = isProtected || reclaim === 'never'
  return { reclaimAt: isKept ? null : (graceFrom ?? now) + graceDays * DAY_MS, protected: isProtected }
}
