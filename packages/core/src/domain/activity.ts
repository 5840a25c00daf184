import type { ErrorCode } from '../errors.ts'
import type { MemberStatus } from './member.ts'
import type { TimelineEntry } from './timeline.ts'

/** What may happen on a roster. */
export const ACTIVITY_KINDS = ['event', 'list', 'reconcile', 'request', 'outcome', 'settings'] as const
/** What a line of the activity is about, as `GET …/activity?kind=` filters it. */
export type ActivityKind = (typeof ACTIVITY_KINDS)[number]

/** Who asked for something, and with which request of theirs. */
export interface Asker {
  /** As in the audit log: `token:3f…` or `user:ann`; also `source:shop`, `apple`, `member` (on their own page). */
  by: string
  requestId: string
}

/** Something that happened to a roster as a whole. */
export interface ActivityNote {
  kind: 'list' | 'reconcile' | 'request' | 'settings'
  text: string
  problem?: ErrorCode | undefined
}

/** One line of a roster's activity: what happened to a member, as their timeline has it, or to the roster as a whole. */
export type ActivityLine = { asker: Asker | null } & (
  | {
      member: string
      entry: TimelineEntry
      /** How long each call of the entry took. */
      callMs?: readonly number[] | undefined
    }
  | { member: null; note: ActivityNote }
)

/** A line that is to be written: a timeline's entry as its text (domain/timeline.ts). */
export type NewActivityLine = { asker: Asker | null } & (
  | { member: string; entry: string; callMs?: readonly number[] }
  | { member: null; note: ActivityNote }
)

/** One thing that happened, as it is shown. */
export interface ActivityItem {
  id: string
  at: number
  roster: string
  kind: ActivityKind
  member: string | null
  by: string | null
  status: MemberStatus | null
  problem: { code: ErrorCode; detail: string } | null
  calls: { method: string; path: string; status: number | null; durationMs: number | null }[]
  requestId: string | null
  text: string
}

const KIND_OF_ENTRY: Record<TimelineEntry['k'], ActivityKind> = {
  joined: 'event',
  updated: 'event',
  left: 'event',
  converge: 'request',
  invitation: 'request',
  retry: 'request',
  protected: 'request',
  unprotected: 'request',
  restored: 'request',
  run: 'outcome',
  note: 'outcome',
}

/** The kind of a line: of the roster's own as noted, of a member's by the entry of the timeline. */
export function kindOf(line: ActivityLine): ActivityKind {
  if (line.member === null) return line.note.kind
  const { entry } = line
  if ('o' in entry && KIND_OF_ENTRY[entry.k] === 'event') {
    if (entry.o === 'snapshot') return 'list'
    if (entry.o === 'reconcile') return 'reconcile'
  }
  return KIND_OF_ENTRY[entry.k]
}
