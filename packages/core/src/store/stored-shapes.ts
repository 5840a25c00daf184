import type { Supply } from '../domain/build-supply.ts'
import type { BuildFact, Fact, MemberFact, RosterFact, Successor, TeamKeyFact } from '../domain/fact.ts'
import type { IdleReason } from '../domain/idle.ts'
import { TEAM_KEY_STATUSES, type Problem, type TeamKeyStatus, type Warning } from '../domain/roster.ts'
import {
  either,
  errorCode,
  list,
  nullable,
  number,
  object,
  optional,
  readJson,
  text,
  word,
  type Look,
} from '../domain/shape.ts'

/** Shapes that several kinds of records have in them. */

export const problem = object<Problem>({ code: errorCode, detail: text, at: number })

/** A field of a lane; nothing, or empty: there is no problem. */
export const readProblem = (json: string | null | undefined): Problem | null =>
  json ? readJson(problem, json, "A lane's problem") : null

/** A field of a lane; one that this release does not know tells as much as none. */
export const readKeyStatus = (word: string | null | undefined): TeamKeyStatus =>
  TEAM_KEY_STATUSES.find((status) => status === word) ?? 'unchecked'

export const warning = object<Warning>({ code: text, detail: text, action: text })

/** Secrets before a change, good until then (ms). */
export const formerSecrets = list(object<{ sealed: string; until: number }>({ sealed: text, until: number }))

const toldBuild = object<BuildFact['build']>({ id: text, version: text, number: text, expiresAt: nullable(text) })

const successor = nullable(object<Successor>({ number: text, state: word() }))

export const supply = object<Supply>({
  usable: list(toldBuild),
  last: nullable(toldBuild),
  gone: word(),
  successor,
})

const told = nullable(object<NonNullable<MemberFact['problem']>>({ code: errorCode, detail: text }))

const memberFact = object<MemberFact>({
  type: word(),
  roster: text,
  member: text,
  sequence: number,
  status: word(),
  problem: told,
  idle: optional(object<NonNullable<MemberFact['idle']>>({ reason: word<IdleReason>(), reclaimAt: number })),
  at: number,
})

const rosterFact = object<RosterFact>({
  type: word(),
  roster: text,
  sequence: number,
  reconciliation: optional(text),
  madeAt: optional(number),
  problem: told,
  at: number,
})

const buildFact = object<BuildFact>({
  type: word(),
  roster: text,
  sequence: number,
  build: toldBuild,
  peopleAffected: optional(number),
  successor: optional(successor),
  at: number,
})

const teamKeyFact = object<TeamKeyFact>({
  type: word(),
  teamKey: text,
  madeAt: optional(number),
  sequence: number,
  problem: told,
  at: number,
})

const FAMILIES = new Map<string, Look>([
  ['member', memberFact],
  ['roster', rosterFact],
  ['build', buildFact],
  ['team_key', teamKeyFact],
])

/** Told apart by the family of its type. */
export const fact = either<Fact>('type', (type) => FAMILIES.get(type.slice(0, type.indexOf('.'))))
