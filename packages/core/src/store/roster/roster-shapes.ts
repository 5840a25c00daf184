import type { IdleRule } from '../../domain/idle.ts'
import type { Roster, TeamKey } from '../../domain/roster.ts'
import { flag, list, nullable, number, object, oneOf, optional, text, word } from '../../domain/shape.ts'
import type { RosterStanding } from '../../domain/standing.ts'
import { problem, supply, warning } from '../stored-shapes.ts'

const idleRule = object<IdleRule>({
  notAcceptedDays: nullable(number),
  notInstalledDays: nullable(number),
  noSessionDays: nullable(number),
  graceDays: number,
  reclaim: word(),
})

/** Once DEFAULT_POLICIES have filled in what a roster of a former release lacks. */
export const rosterShape = object<Roster>({
  v: oneOf(1),
  id: text,
  teamKey: text,
  app: object<Roster['app']>({ id: text, bundleId: text, name: text }),
  group: object<Roster['group']>({ id: text, name: text }),
  builds: word(),
  submitForReview: flag,
  heldBuilds: word(),
  seats: object<Roster['seats']>({ reserve: number, priority: number }),
  idle: nullable(idleRule),
  unmanagedTesters: word(),
  removal: word(),
  removedByHand: word(),
  removalGuard: object<Roster['removalGuard']>({ percent: number, atLeast: number }),
  scimGroup: nullable(text),
  reconcileEveryMinutes: number,
  paused: flag,
  pausedAt: optional(number),
  blocked: nullable(problem),
  deleting: optional(flag),
  forgetting: optional(flag),
  moving: optional(
    object<NonNullable<Roster['moving']>>({ from: text, to: text, since: number, token: optional(text) }),
  ),
  scimGroupOfBound: optional(flag),
  moves: optional(number),
  warnings: list(warning),
  supply: optional(supply),
  warningsAt: optional(number),
  createdAt: number,
  updatedAt: number,
})

export const teamKeyShape = object<TeamKey>({
  v: oneOf(1),
  id: text,
  issuerId: text,
  keyId: text,
  sealedPrivateKey: text,
  createdAt: number,
  updatedAt: number,
})

export const standingShape = object<RosterStanding>({
  lastReconcile: nullable(
    object<NonNullable<RosterStanding['lastReconcile']>>({ id: nullable(text), at: number, outcome: word() }),
  ),
  lastFullAt: number,
  drift: number,
})
