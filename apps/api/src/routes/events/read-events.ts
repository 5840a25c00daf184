import { AppError } from '@flightroster/core/errors'
import { setImmediate as breathe } from 'node:timers/promises'
import { parseJson } from '../../plugins/body-parsers.ts'
import { findDuplicateKeys, holdsDuplicateKeys } from '../../plugins/duplicate-keys.ts'
import { checkJsonShape, JSON_BOUNDS, type JsonBounds } from '../../plugins/json-shape.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { parseEvent, type ParsedEvent } from './parse-event.ts'
import { MAX_EVENTS } from './schema.ts'

export const EVENT_TYPES = [
  'application/json',
  'application/cloudevents+json',
  'application/cloudevents-batch+json',
] as const
type MediaType = (typeof EVENT_TYPES)[number]

const LONGEST_KEY = 256
/** A batch of the most events with every field and some extensions is well under this. */
const BOUNDS: JsonBounds = {
  ...JSON_BOUNDS,
  values: 100_000,
  items: {
    most: MAX_EVENTS,
    refuse: () => new AppError('batch_too_large', { details: { most: MAX_EVENTS } }),
  },
}
/** Bytes from which on others are let go first between the steps of reading: each holds the process for some ms. */
const LARGE = 256 * 1024
/** Events judged at a time. */
const AT_ONCE = 100

/** The text of a body, and how many members its objects have. Throws request_invalid, batch_too_large. */
export function measureEvents(body: Buffer, text: string): EventsText {
  return { text, members: checkJsonShape(body, BOUNDS), isLarge: body.length > LARGE }
}

export interface EventsText {
  text: string
  members: number
  isLarge: boolean
}

export interface SentEvents {
  body: EventsText
  contentType: string
  idempotencyKey: string | undefined
  /** Of the headers in binary mode: the body is the data of one event. */
  attributes: Record<string, string> | undefined
}

/** The events of a body, each judged by itself. Throws request_invalid, batch_too_large. */
export async function readEvents({
  body: { text, members, isLarge },
  contentType,
  idempotencyKey,
  attributes,
}: SentEvents): Promise<ParsedEvent[]> {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() as MediaType
  if (isLarge) await breathe()
  const sent = parseJson(text)
  if (sent === undefined) throw requestInvalid([], 'The body is empty.')
  const isBinary = attributes !== undefined && mediaType === 'application/json'
  const isBatch = Array.isArray(sent) && !isBinary
  if (isBatch && mediaType === 'application/cloudevents+json') {
    throw requestInvalid([], 'This media type is for one event; send a batch as application/cloudevents-batch+json.')
  }
  if (!isBatch && mediaType === 'application/cloudevents-batch+json') {
    throw requestInvalid([], 'This media type is for an array of events.')
  }
  checkKey(idempotencyKey, isBatch)
  const items: unknown[] = isBatch ? sent : [isBinary ? { ...attributes, data: sent } : sent]
  const options = { isCloudEvent: isBinary || mediaType !== 'application/json', idempotencyKey }
  const events: ParsedEvent[] = []
  for (const item of items) {
    if (isLarge && events.length % AT_ONCE === 0) await breathe()
    events.push(parseEvent(item, options))
  }
  if (!holdsDuplicateKeys(members, sent)) return events
  if (isLarge) await breathe()
  return refuseDuplicates(text, { isBatch, place: isBinary ? '/data' : '' }, events)
}

function checkKey(key: string | undefined, isBatch: boolean): void {
  if (key === undefined) return
  const fault = (detail: string) =>
    requestInvalid([{ pointer: '/headers/idempotency-key', code: 'invalid_value', detail }])
  if (isBatch) throw fault('A batch takes no Idempotency-Key: give each event its id.')
  if (key === '' || key.length > LONGEST_KEY) throw fault(`Use 1 to ${LONGEST_KEY} characters.`)
}

/** What stands twice in an item could mean either: that item is rejected. */
function refuseDuplicates(
  text: string,
  body: { isBatch: boolean; place: string },
  events: ParsedEvent[],
): ParsedEvent[] {
  for (const pointer of findDuplicateKeys(text, { onePerItem: true })) {
    const [, index, ...rest] = pointer.split('/')
    const at = body.isBatch ? Number(index) : 0
    const place = body.isBatch ? `/${rest.join('/')}` : body.place + pointer
    const event = events[at]
    if (!event) continue
    event.outcome = { kind: 'rejected', code: 'event_invalid', detail: `${place}: This field stands twice.` }
  }
  return events
}
