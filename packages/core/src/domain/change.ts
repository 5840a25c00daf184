import type { Asker } from './activity.ts'
import type { MemberFact } from './fact.ts'

/** How soon a change is carried out: `now` overtakes everything, `bulk` waits for all others of its lane. */
export type Priority = 'now' | 'interactive' | 'bulk'

/** One membership change, ready to be recorded. */
export interface MemberChange {
  roster: string
  member: string
  kind: 'join' | 'update' | 'leave'
  /** null clears what is known, undefined keeps it. */
  email: string | null | undefined
  /** The address of a member of whom none is known, where `email` leaves it as it is. */
  emailIfNone?: string | undefined
  firstName: string | null | undefined
  lastName: string | null | undefined
  /** The instant of the upstream fact, ms; undefined: as of its arrival. */
  time: number | undefined
  /** Counts only where the member still has this version (0: unknown): somebody has decided by what he saw of it. Absent: any will do. */
  onVersion?: number | undefined
  /** Counts only where the roster is the one that was made then (ms): it was decided by what that one had. Absent: whichever has the id. */
  born?: number | undefined
  priority: Priority
  /** Digest of source and event id; undefined where the sender gave no id. */
  digest: string | undefined
  /** The same as release 0.1.0 made it, for the marks of that time. */
  formerDigest?: string | undefined
  /** One line: domain/timeline.ts. */
  timelineEntry: string
  /** Who asked for it, for the roster's activity; null: it is our own work. Absent: the activity does not tell of it. */
  asker?: Asker | null | undefined
  /** What upstream is told of it, where it counts. */
  fact?: MemberFact | undefined
}

/** `gone`: the roster is not of this team key (any more), or another one was made under its id. `full`: it has as many members as it may have. `changed`: see `onVersion`. */
export interface RecordedChange {
  outcome: 'accepted' | 'duplicate' | 'stale' | 'gone' | 'future' | 'full' | 'changed'
  version: number
}

/** Where a member's job is; `none`: there is none, or it is over. */
export interface JobPlace {
  state: 'none' | 'active' | 'prioritized' | 'delayed' | 'waiting'
  /** Empty where there is none. */
  id: string
}
