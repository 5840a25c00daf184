/**
 * A membership system that posts its own webhooks (a *source*), and what is known of its people.
 *
 * A sender tells of a person in pieces and in any order: Stripe's subscription names no address, a customer no plan. So each
 * payload is read into statements, the newest statement of each thing is kept per person, and what the person is entitled to follows from
 * all of them together. Events are made of the difference to what was told before.
 */
export const SOURCE_KINDS = ['stripe', 'patreon', 'ghost', 'generic'] as const
/** Which system's payloads a source reads. */
export type SourceKindName = (typeof SOURCE_KINDS)[number]

/** How a generic sender signs its raw body. */
export interface SourceSignature {
  header: string
  algorithm: 'sha256' | 'sha1' | 'md5'
  encoding: 'hex' | 'base64'
  /** What stands before the signature in its header, `sha256=` for instance. */
  prefix: string
}

/** The secrets are sealed, bound to this record. */
export interface Source {
  v: 1
  id: string
  kind: SourceKindName
  /** The sender's price, tier or plan → roster; `*`: every other. */
  rosters: Record<string, string>
  signature: SourceSignature | null
  /** JSONata, from the payload to events; generic only. */
  map: string | null
  /** Only events for these rosters are recorded; null: any. A source made by a bound token can't reach beyond it. */
  within: string[] | null
  sealedSecret: string
  /** Secrets before a change, newest first: good until then (ms). */
  formerSecrets: { sealed: string; until: number }[]
  createdAt: number
  updatedAt: number
}

/** What orders two statements about one thing: the sender's time, then the rank of its event type, then the arrival. */
export interface Stamp {
  /** ms */
  time: number
  rank: number
}

/** One statement of a payload. `plans`: for each thing the person is entitled to, the names it goes by; none: not entitled. */
export type SourceStatement =
  | { kind: 'profile'; person: string; at: Stamp; profile: Partial<Profile> }
  | { kind: 'membership'; person: string; at: Stamp; membership: string; plans: string[][] }
  | { kind: 'gone'; person: string; at: Stamp }

/** Address and name of a person; null where none is known. */
export interface Profile {
  email: string | null
  firstName: string | null
  lastName: string | null
}

/** What is known of one person of one source. */
export interface SourcePerson {
  v: 1
  id: string
  profile: Profile
  profileAt: Stamp
  memberships: Record<string, { plans: string[][]; at: Stamp }>
  goneAt: Stamp | null
  /** Goes up with every change (ms of the store's clock): the time of the events that are made of it. */
  revision: number
  /** What was recorded last, and of which revision. */
  told: { revision: number; rosters: string[]; profile: Profile }
}

/** The plan of Ghost's members without a tier. */
export const FREE_PLAN = 'free'

const NO_PROFILE: Profile = { email: null, firstName: null, lastName: null }
const NEVER: Stamp = { time: 0, rank: 0 }

/** A person of whom a source has told nothing yet. */
export function newPerson(id: string): SourcePerson {
  return {
    v: 1,
    id,
    profile: NO_PROFILE,
    profileAt: NEVER,
    memberships: {},
    goneAt: null,
    revision: 0,
    told: { revision: 0, rosters: [], profile: NO_PROFILE },
  }
}

/** Memberships kept of one person; of those that ended, the oldest make room. */
const MEMBERSHIPS_KEPT = 50

function forgetEnded(memberships: SourcePerson['memberships'], latest: string): void {
  const ended = Object.entries(memberships).filter(([id, { plans }]) => plans.length === 0 && id !== latest)
  const over = Object.keys(memberships).length - MEMBERSHIPS_KEPT
  if (over <= 0) return
  ended.sort(([, one], [, other]) => one.at.time - other.at.time)
  for (const [id] of ended.slice(0, over)) delete memberships[id]
}

/**
 * The person with one statement more, or the same object where a newer statement of that thing is known. Which statements arrive first does
 * not matter, but for statements with one stamp: then the later arrival counts.
 */
export function learnStatement(person: SourcePerson, statement: SourceStatement): SourcePerson {
  if (person.goneAt !== null && !isNewer(statement.at, person.goneAt)) return person
  switch (statement.kind) {
    case 'profile':
      if (!isNewer(statement.at, person.profileAt)) return person
      return { ...person, profile: { ...person.profile, ...statement.profile }, profileAt: statement.at }
    case 'membership': {
      const known = Object.hasOwn(person.memberships, statement.membership)
        ? person.memberships[statement.membership]
        : undefined
      if (known && !isNewer(statement.at, known.at)) return person
      const memberships = { ...person.memberships }
      Object.defineProperty(memberships, statement.membership, {
        value: { plans: statement.plans, at: statement.at },
        enumerable: true,
        configurable: true,
        writable: true,
      })
      forgetEnded(memberships, statement.membership)
      return { ...person, memberships }
    }
    case 'gone':
      return {
        ...person,
        // Nothing of a deleted person is kept but when that was, so that what is older brings nobody back.
        profile: NO_PROFILE,
        goneAt: statement.at,
        memberships: Object.fromEntries(
          Object.entries(person.memberships).filter(([, { at }]) => !isNewer(statement.at, at)),
        ),
      }
  }
}

/** True as well for the same stamp: of two statements that claim one instant the later arrival counts. */
function isNewer(a: Stamp, b: Stamp): boolean {
  return a.time === b.time ? a.rank >= b.rank : a.time > b.time
}

/** The rosters that a person's memberships lead to, in order; `unmapped`: plans that lead nowhere. */
export function entitledRosters(
  person: SourcePerson,
  rosters: Readonly<Record<string, string>>,
): { rosters: string[]; unmapped: string[] } {
  const found = new Set<string>()
  const unmapped = new Set<string>()
  for (const { plans } of Object.values(person.memberships)) {
    for (const names of plans) {
      const roster = rosterOfPlan(names, rosters)
      if (roster === undefined) unmapped.add(names[0] ?? '')
      else found.add(roster)
    }
  }
  return { rosters: [...found].sort(), unmapped: [...unmapped] }
}

/** `*` is every plan that costs something: "free" has to be named. */
function rosterOfPlan(names: string[], rosters: Readonly<Record<string, string>>): string | undefined {
  const named = names.find((name) => Object.hasOwn(rosters, name))
  if (named !== undefined) return rosters[named]
  if (names.includes(FREE_PLAN)) return undefined
  return Object.hasOwn(rosters, '*') ? rosters['*'] : undefined
}

/** What has to be recorded so that what was told is what the person is entitled to. */
export interface PersonChange {
  kind: 'join' | 'update' | 'leave'
  roster: string
}

/** What the rosters have to be told of a person, given those that the person is entitled to now. */
export function changesOf(person: SourcePerson, wanted: readonly string[]): PersonChange[] {
  const { told, profile } = person
  const isChanged = (['email', 'firstName', 'lastName'] as const).some((name) => told.profile[name] !== profile[name])
  const entering = wanted.filter((roster) => !told.rosters.includes(roster))
  const staying = isChanged ? wanted.filter((roster) => told.rosters.includes(roster)) : []
  const leaving = told.rosters.filter((roster) => !wanted.includes(roster))
  return [
    ...entering.map((roster) => ({ kind: 'join' as const, roster })),
    ...staying.map((roster) => ({ kind: 'update' as const, roster })),
    ...leaving.map((roster) => ({ kind: 'leave' as const, roster })),
  ]
}

/** One payload that arrived, without its content. */
export interface ReceivedPayload {
  at: number
  /** The sender's event id, or a digest of the body. */
  id: string
  status: 'accepted' | 'duplicate' | 'ignored' | 'refused'
  /** How many events were recorded. */
  events: number
  reason: string | null
}
