import type { ErrorCode } from '../errors.ts'
import type { Supply } from './build-supply.ts'
import type { IdleRule } from './idle.ts'

/** What stops a roster or a team key: the error, in words, and since when (ms). */
export interface Problem {
  code: ErrorCode
  detail: string
  at: number
}

/** What a person should know of a roster that goes on all the same, and what to do about it. */
export interface Warning {
  code: string
  detail: string
  action: string
}

/** The settings of a roster, each with a default (`DEFAULT_POLICIES`). */
export interface RosterPolicies {
  builds: 'automatic' | 'manual'
  submitForReview: boolean
  /** A build that Apple approved and holds until somebody presses "Notify Testers". */
  heldBuilds: 'report' | 'release'
  /** Of the app's seats: how many are kept for this roster, and how early those of it who wait go in (higher first). */
  seats: { reserve: number; priority: number }
  /** When a seat counts as idle; null: nobody looks. */
  idle: IdleRule | null
  unmanagedTesters: 'keep' | 'remove'
  removal: 'group' | 'app'
  removedByHand: 'restore' | 'report'
  removalGuard: { percent: number; atLeast: number }
  /** displayName or externalId of the SCIM group whose people these are. */
  scimGroup: string | null
  reconcileEveryMinutes: number
}

/** What a roster does where its settings say nothing: it keeps whom it doesn't manage, and takes back what was done by hand. */
export const DEFAULT_POLICIES: RosterPolicies = {
  builds: 'manual',
  submitForReview: false,
  heldBuilds: 'report',
  seats: { reserve: 0, priority: 0 },
  idle: null,
  unmanagedTesters: 'keep',
  removal: 'group',
  removedByHand: 'restore',
  removalGuard: { percent: 20, atLeast: 10 },
  scimGroup: null,
  reconcileEveryMinutes: 60,
}

/** One external testing group of one app, and the rules it is kept by. */
export interface Roster extends RosterPolicies {
  v: 1
  id: string
  teamKey: string
  app: { id: string; bundleId: string; name: string }
  group: { id: string; name: string }
  paused: boolean
  /** When it was paused (ms): people are told since when nothing happens. */
  pausedAt?: number
  /** Set while only a person can mend the roster. */
  blocked: Problem | null
  /** Set once the roster is to go: with all of its testers, when the last of them is out; `forgetting`, as it is. */
  deleting?: boolean
  /** Its testers stay where they are, or are out: what is kept of it is forgotten, and nothing else happens to it. */
  forgetting?: boolean
  /** Set while its data moves to the lane of another team key: nothing is recorded meanwhile. */
  moving?: { from: string; to: string; since: number; token?: string }
  /** Its SCIM group was named by a token that is bound to rosters: groups of a directory that reaches further are not for it. */
  scimGroupOfBound?: boolean
  /** How often it has moved; absent: never. */
  moves?: number
  /** What its builds lacked when it was put; the build watch keeps what came since. */
  warnings: Warning[]
  /** What was left of its builds when it was put; the build watch keeps what came since. */
  supply?: Supply
  /** When `warnings` were read (ms); absent: when it was made. */
  warningsAt?: number
  createdAt: number
  updatedAt: number
}

/** An App Store Connect API team key; the private key is sealed, bound to this record. */
export interface TeamKey {
  v: 1
  id: string
  issuerId: string
  keyId: string
  sealedPrivateKey: string
  createdAt: number
  updatedAt: number
}

/** What App Store Connect last said to a team key. */
export const TEAM_KEY_STATUSES = ['unchecked', 'working', 'rejected', 'forbidden', 'agreement_required'] as const
/** What App Store Connect last said to a team key. */
export type TeamKeyStatus = (typeof TEAM_KEY_STATUSES)[number]
