import { AppError } from '@flightroster/core/errors'
import { parseJson } from '../../plugins/body-parsers.ts'
import { findDuplicateKeys, holdsDuplicateKeys } from '../../plugins/duplicate-keys.ts'
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

export interface SentEvents {
  text: string
  contentType: string
  idempotencyKey: string | undefined
  /** Of the headers in binary mode: the body is the data of one event. */
  attributes: Record<string, string> | undefined
}

/** The events of a body, each judged by itself. Throws request_invalid, batch_too_large. */
export function readEvents({ text, contentType, idempotencyKey, attributes }: SentEvents): ParsedEvent[] {
  const mediaType = contentType.split(';', 1)[0]?.trim().toLowerCase() as MediaType
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
  if (items.length > MAX_EVENTS) throw new AppError('batch_too_large', { details: { events: items.length } })
  const options = { isCloudEvent: isBinary || mediaType !== 'application/json', idempotencyKey }
  const events = items.map((item) => parseEvent(item, options))
  return holdsDuplicateKeys(text, sent)
    ? refuseDuplicates(text, { isBatch, place: isBinary ? '/data' : '' }, events)
    : events
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
  for (const pointer of findDuplicateKeys(text, events.length)) {
    const [, index, ...rest] = pointer.split('/')
    const at = body.isBatch ? Number(index) : 0
    const place = body.isBatch ? `/${rest.join('/')}` : body.place + pointer
    const event = events[at]
    if (!event) continue
    event.outcome = { kind: 'rejected', code: 'event_invalid', detail: `${place}: This field stands twice.` }
  }
  return events
}
