import { createHash } from 'node:crypto'
import type { ReceivedPayload, Source, SourceStatement, SourcePerson } from '../../domain/source.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { Sealer } from '../../secrets/index.ts'
import { isGenericSigned, SOURCE_READERS, type ReceivedRequest } from '../../sources/index.ts'
import { PEOPLE_KEPT, type SourceMemory } from '../../store/index.ts'
import { acceptEvents, type EventOutcome, type IncomingEvent, type IntakeDeps } from '../intake/index.ts'
import { forgetIfDeleted, getSource, openSourceSecrets, sourceNotFound } from './put-source.ts'
import { readPayload, type ReadDeps } from './read-payload.ts'
import { amendPerson, noteTold, planPerson } from './tell-person.ts'

export interface ReceiveDeps extends IntakeDeps, ReadDeps {
  sealer: Sealer
  /** Counts what is signed; throws rate_limited. */
  admit: (sourceId: string) => void
}

/** Events recorded, and things that had no effect with the reasons. */
export interface Received {
  accepted: number
  ignored: string[]
}

/** A sender repeats what was not accepted for three days at most; what comes later changes nothing by itself. */
const ID_REMEMBERED_MS = 3 * 86_400_000
/** Without an event id a body may mean something new later: a pledge that is made again looks like the first. */
const BODY_REMEMBERED_MS = 10 * 60_000

/**
 * A payload of a membership system: checked, read, and recorded as events of its people. What is answered with a fault may be
 * sent again: it has one effect. Throws not_found, signature_invalid, payload_not_understood, store_unavailable.
 */
export async function receivePayload(
  deps: ReceiveDeps,
  sourceId: string,
  request: ReceivedRequest,
  traceparent?: string,
): Promise<Received> {
  const source = await getSource(deps, sourceId)
  const memory = deps.store.sourceMemory(sourceId)
  if (!(await memory.use(source.createdAt))) throw sourceNotFound(sourceId)
  try {
    return await receive(deps, source, memory, request, traceparent)
  } finally {
    await forgetIfDeleted(deps, source)
  }
}

async function receive(
  deps: ReceiveDeps,
  source: Source,
  memory: SourceMemory,
  request: ReceivedRequest,
  traceparent: string | undefined,
): Promise<Received> {
  const now = deps.clock.now()
  const bodyDigest = digestOf(request.headers['x-patreon-event'] ?? '', request.body)
  const note = (status: ReceivedPayload['status'], id: string, events: number, reason: string | null) =>
    memory.note({ at: now, id: id.slice(0, 256), status, events, reason: reason?.slice(0, 500) ?? null })

  if (!isSigned(deps.sealer, source, request, now)) {
    await note('refused', bodyDigest, 0, 'The signature does not match the secret.')
    throw new AppError('signature_invalid')
  }
  // Not before: whoever knows no secret must use up nobody's share.
  deps.admit(source.id)
  let read
  try {
    read = await readPayload(deps, source, request, now)
  } catch (error) {
    if (isAppError(error, 'payload_not_understood')) await note('refused', bodyDigest, 0, error.message)
    throw error
  }
  const id = (read.kind === 'statements' ? read.id : undefined) ?? bodyDigest
  const seen = digestOf(id === bodyDigest ? 'body' : 'id', Buffer.from(id))
  if (await memory.wasSeen(seen)) {
    await note('duplicate', id, 0, null)
    return { accepted: 0, ignored: ['This payload was recorded before.'] }
  }
  const { accepted, ignored, isKept } =
    read.kind === 'statements'
      ? await recordStatements(deps, source, memory, {
          id,
          statements: read.statements,
          ignored: read.ignored,
          now,
          traceparent,
        })
      : await recordEvents(deps, source, read.events, read.ignored, traceparent)
  // After everything is recorded: a death before this means a repeat, which records what is missing.
  await memory.noteSeen(seen, id === bodyDigest ? BODY_REMEMBERED_MS : ID_REMEMBERED_MS)
  await note(accepted > 0 || isKept ? 'accepted' : 'ignored', id, accepted, ignored[0] ?? null)
  return { accepted, ignored }
}

function isSigned(sealer: Sealer, source: Source, request: ReceivedRequest, now: number): boolean {
  return openSourceSecrets(sealer, source, now).some((secret) => {
    const options = { secret, now, signature: source.signature }
    if (source.kind === 'generic') return isGenericSigned(request, options)
    return SOURCE_READERS[source.kind].isSigned(request, options)
  })
}

function digestOf(name: string, body: Buffer): string {
  return createHash('sha256').update(`${name}\0`).update(body).digest('base64url').slice(0, 32)
}

interface Recorded {
  accepted: number
  ignored: string[]
  /** Something was learnt that makes no event yet. */
  isKept: boolean
}

async function recordStatements(
  deps: ReceiveDeps,
  source: Source,
  memory: SourceMemory,
  payload: {
    id: string
    statements: SourceStatement[]
    ignored: string[]
    now: number
    traceparent: string | undefined
  },
): Promise<Recorded> {
  const result: Recorded = { accepted: 0, ignored: [...payload.ignored], isKept: false }
  for (const personId of new Set(payload.statements.map(({ person }) => person))) {
    const statements = payload.statements.filter(({ person }) => person === personId)
    const person = await amendPerson(memory, personId, statements, payload.now)
    if (person === undefined) {
      result.ignored.push(
        `No more than ${PEOPLE_KEPT.toLocaleString('en-US')} people with a membership are kept of a source.`,
      )
      continue
    }
    const { events, wanted, ignored } = planPerson(source, person, payload.id)
    const outcomes = await record(deps, source, await keepOwnAddresses(deps, person, events), payload.traceparent)
    const recorded = events.map(({ roster }, at) => ({ roster, outcome: outcomes[at] }))
    await noteTold(memory, person, wanted, recorded)
    result.accepted += outcomes.filter(({ status }) => status !== 'rejected').length
    result.ignored.push(...ignored, ...refusals(events, outcomes))
    result.isKept ||= person.revision > person.told.revision
  }
  return result
}

/** Who comes back and is still known keeps the address they have there, unless the sender has another one by now. */
async function keepOwnAddresses(
  { store }: ReceiveDeps,
  { profile, told }: SourcePerson,
  events: IncomingEvent[],
): Promise<IncomingEvent[]> {
  if (profile.email !== told.profile.email || !events.some(({ kind }) => kind === 'join')) return events
  const lanes = await store.directory.kept(events.map(({ roster }) => roster))
  return Promise.all(
    events.map(async (event) => {
      const lane = lanes.get(event.roster)
      if (event.kind !== 'join' || lane === undefined) return event
      const [known] = await store.members(lane, event.roster).findMany([event.member])
      return known?.desired.email ? { ...event, email: undefined } : event
    }),
  )
}

async function recordEvents(
  deps: ReceiveDeps,
  source: Source,
  events: IncomingEvent[],
  ignored: string[],
  traceparent: string | undefined,
): Promise<Recorded> {
  const outcomes = await record(deps, source, events, traceparent)
  const accepted = outcomes.filter(({ status }) => status === 'accepted').length
  return { accepted, ignored: [...ignored, ...refusals(events, outcomes)], isKept: false }
}

/** A source reaches no further than the token that made it: for it, other rosters are not there. */
async function record(
  deps: ReceiveDeps,
  { within }: Source,
  events: IncomingEvent[],
  traceparent: string | undefined,
): Promise<EventOutcome[]> {
  const reachable = events.filter(({ roster }) => within === null || within.includes(roster))
  const outcomes = reachable.length === 0 ? [] : await acceptEvents(deps, reachable, traceparent)
  const outcomeOf = new Map(reachable.map((event, at) => [event, outcomes[at]]))
  return events.map((event) => outcomeOf.get(event) ?? { status: 'rejected', problem: 'roster_not_found' })
}

function refusals(events: IncomingEvent[], outcomes: EventOutcome[]): string[] {
  return events.flatMap(({ roster }, at) => {
    const outcome = outcomes[at]
    switch (outcome?.status) {
      case 'rejected':
        return [
          outcome.problem === 'roster_not_found'
            ? `There is no roster "${roster}".`
            : `Rejected: ${outcome.problem ?? ''}.`,
        ]
      case 'duplicate':
        return ['This event was recorded before.']
      case 'stale':
        return ['A newer event of this member is known.']
      case 'accepted':
      case undefined:
        return []
    }
  })
}
