import { parseEmail } from '@flightroster/core/domain'
import type { ErrorCode } from '@flightroster/core/errors'
import type { IncomingEvent } from '@flightroster/core/usecases/intake'
import type { z } from 'zod'
import { describeFaults } from '../../plugins/to-problem.ts'
import { faultsOf } from '../../plugins/validation.ts'
import { parseInstant } from '../../schemas/instant.ts'
import { isMemberId } from '../../schemas/ids.ts'
import { membershipEvent } from './schema.ts'
import { readShape } from '../../schemas/read-shape.ts'

export interface ParsedEvent {
  /** As sent, as far as they can be told. */
  id: string | null
  roster: string | null
  member: string | null
  outcome: { kind: 'event'; event: IncomingEvent } | { kind: 'rejected'; code: ErrorCode; detail: string }
}

export interface ParseOptions {
  /** A CloudEvents media type was named, so its required attributes must be there. */
  isCloudEvent: boolean
  /** Stands in for the id of a single event. */
  idempotencyKey: string | undefined
}

const KINDS: Record<string, IncomingEvent['kind'] | undefined> = Object.assign(Object.create(null), {
  'member.joined': 'join',
  'member.updated': 'update',
  'member.left': 'leave',
})

/** Judges one item by itself: what is wrong with it sinks no other. */
export function parseEvent(item: unknown, options: ParseOptions): ParsedEvent {
  const result = readShape(membershipEvent, item)
  if (!result.success) {
    const detail = describeFaults(faultsOf(result.error))
    return { ...echo(item, options), outcome: { kind: 'rejected', code: 'event_invalid', detail } }
  }
  const sent = result.data
  const { roster, member } = sent.data
  return { id: idOf(sent, options), roster: text(roster), member: text(member.id), outcome: judge(sent, options) }
}

type SentEvent = z.output<typeof membershipEvent>

function judge(sent: SentEvent, options: ParseOptions): ParsedEvent['outcome'] {
  const { roster, member } = sent.data
  const missing = missingAttribute(sent, options)
  if (missing !== undefined) return reject('event_invalid', `/${missing}: This is required.`)
  const kind = KINDS[sent.type]
  if (kind === undefined) return reject('event_type_unknown', `/type: "${sent.type.slice(0, 64)}" is not known here.`)
  if (!isMemberId(member.id))
    return reject('member_id_invalid', '/data/member/id: Use 1 to 256 UTF-8 bytes without control characters.')
  const time = sent.time == null ? undefined : parseInstant(sent.time)
  if (sent.time != null && time === undefined) return reject('event_invalid', '/time: This is not an RFC 3339 time.')
  // Who leaves needs no address, so a bad one keeps nobody in.
  const raw = kind === 'leave' ? undefined : member.email
  const email = raw == null ? raw : parseEmail(raw)
  if (raw != null && email === null)
    return reject('address_invalid', '/data/member/email: This is not a valid e-mail address.')
  return {
    kind: 'event',
    event: {
      id: idOf(sent, options) ?? undefined,
      source: sent.source ?? '',
      kind,
      roster,
      member: member.id,
      email,
      firstName: toName(member.firstName),
      lastName: toName(member.lastName),
      time,
      origin: 'event',
    },
  }
}

function missingAttribute(sent: SentEvent, options: ParseOptions): string | undefined {
  if (!options.isCloudEvent) return undefined
  if (sent.specversion == null) return 'specversion'
  if (sent.source == null) return 'source'
  return idOf(sent, options) === null ? 'id' : undefined
}

const reject = (code: ErrorCode, detail: string) => ({ kind: 'rejected', code, detail }) as const

const idOf = (sent: Pick<SentEvent, 'id'>, options: ParseOptions) => sent.id ?? options.idempotencyKey ?? null

/** Names are for people to read: characters that steer a terminal or a text's direction are left out. */
export function toName(name: string | null): string | null
export function toName(name: string | null | undefined): string | null | undefined
export function toName(name: string | null | undefined): string | null | undefined {
  if (name == null) return name
  const clean = name.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '').trim()
  return clean === '' ? null : clean
}

/** What can be told of an item that is not valid, so that the sender finds it again. */
function echo(item: unknown, options: ParseOptions): Pick<ParsedEvent, 'id' | 'roster' | 'member'> {
  const data = member(item, 'data')
  return {
    id: text(member(item, 'id')) ?? options.idempotencyKey ?? null,
    roster: text(member(data, 'roster')),
    member: text(member(member(data, 'member'), 'id')),
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? value[name as keyof object]
    : undefined
}

const LONGEST_ECHO = 1_024

function text(value: unknown): string | null {
  return typeof value === 'string' && value.length <= LONGEST_ECHO ? value : null
}
