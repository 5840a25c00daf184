import {
  changesOf,
  entitledRosters,
  learnStatement,
  newPerson,
  type PersonChange,
  type Source,
  type SourceStatement,
  type SourcePerson,
} from '../../domain/source.ts'
import { AppError } from '../../errors.ts'
import type { SourceMemory } from '../../store/index.ts'
import type { EventOutcome, IncomingEvent } from '../intake/index.ts'
import { sourceName } from './read-payload.ts'

/**
 * Notes statements of one person; the revision goes up where one of them is news. Undefined where nobody new is kept. Throws
 * payload_not_understood.
 */
export function amendPerson(
  memory: SourceMemory,
  person: string,
  statements: SourceStatement[],
  now: number,
): Promise<SourcePerson | undefined> {
  return memory.amend(person, (known) => learnStatements(known ?? newPerson(person), statements, now))
}

export function learnStatements(known: SourcePerson, statements: SourceStatement[], now: number): SourcePerson {
  const learnt = statements.reduce(learnStatement, known)
  if (learnt === known) return known
  const person = { ...learnt, revision: Math.max(now, known.revision + 1) }
  // Each payload about a person reads all that is known of them.
  if (JSON.stringify(person).length <= LONGEST_PERSON) return person
  throw new AppError('payload_not_understood', { message: 'The payload gives one person too many memberships.' })
}

/** Some fifty memberships of some plans each, beside the person's names and address. */
const LONGEST_PERSON = 16 * 1024

/**
 * What is to be recorded so that the person's rosters are what the newest statements say. It follows from the record alone, never
 * from the payload: a repeat after a death in between records the rest, and whoever is later records the newest.
 */
export function planPerson(
  source: Source,
  person: SourcePerson,
  payloadId: string,
): { events: IncomingEvent[]; wanted: string[]; ignored: string[] } {
  const { rosters, unmapped } = entitledRosters(person, source.rosters)
  const changes = changesOf(person, rosters)
  const ignored = unmapped.map((plan) => `"${plan}" leads to no roster.`)
  if (changes.length === 0 && ignored.length === 0) ignored.push(whyNothing(person, rosters))
  return { events: changes.map((change) => toEvent(source, person, payloadId, change)), wanted: rosters, ignored }
}

function whyNothing({ goneAt, memberships, profile }: SourcePerson, rosters: string[]): string {
  if (rosters.length > 0) return 'Nothing changes: the person is on every roster that their memberships lead to.'
  if (goneAt !== null) return 'Nothing changes: the person was deleted there.'
  if (Object.keys(memberships).length === 0 && profile.email !== null)
    return 'No membership is known yet: the address is kept until one is.'
  return 'Nothing changes: the person has no membership that leads to a roster.'
}

function toEvent(
  source: Source,
  person: SourcePerson,
  payloadId: string,
  { kind, roster }: PersonChange,
): IncomingEvent {
  return {
    // With the revision: a payload that is sent again after more became known is another event, as it is on each roster.
    id: `${payloadId}:${person.revision}:${roster}`,
    source: sourceName(source),
    kind,
    roster,
    member: person.id,
    ...fieldsOf(person, kind),
    // Of our own clock, and later with each revision: two that are recorded at once end as the newer one says.
    time: person.revision,
    origin: 'source',
  }
}

/**
 * Only what the sender changed: a member may have given another address on their own page, which a payload about something else
 * must not undo. What the sender does not know (null) is left out, but for an address that was cleared there.
 */
function fieldsOf({ profile, told }: SourcePerson, kind: PersonChange['kind']) {
  const field = (name: keyof SourcePerson['profile']) => {
    if (kind === 'leave') return undefined
    if (kind === 'join') return profile[name] ?? undefined
    return profile[name] === told.profile[name] ? undefined : profile[name]
  }
  return { email: field('email'), firstName: field('firstName'), lastName: field('lastName') }
}

/** Notes what was recorded, unless more was recorded meanwhile. */
export async function noteTold(
  memory: SourceMemory,
  person: SourcePerson,
  wanted: string[],
  recorded: { roster: string; outcome: EventOutcome | undefined }[],
): Promise<void> {
  const refused = new Set(recorded.flatMap(({ roster, outcome }) => (outcome?.status === 'rejected' ? [roster] : [])))
  const rosters = wanted.filter((roster) => !refused.has(roster))
  const { told, profile, revision } = person
  if (told.revision === revision && rosters.join('\0') === told.rosters.join('\0')) return
  await memory.amend(person.id, (known = person) =>
    known.told.revision > revision ? known : { ...known, told: { revision, rosters, profile } },
  )
}
