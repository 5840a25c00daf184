import { AppError } from '@flightroster/core/errors'
import type { FastifyRequest } from 'fastify'
import { readJson } from '../../plugins/body-parsers.ts'
import { findDuplicateKeys, holdsDuplicateKeys } from '../../plugins/duplicate-keys.ts'
import { JSON_BOUNDS, type JsonBounds } from '../../plugins/json-shape.ts'
import type { Step } from '../../plugins/large-bodies.ts'
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
export const EVENT_BOUNDS: JsonBounds = {
  ...JSON_BOUNDS,
  values: 100_000,
  items: {
    most: MAX_EVENTS,
    refuse: () => new AppError('batch_too_large', { details: { most: MAX_EVENTS } }),
  },
}
/** How long items of a large body are judged at a time. */
const SLICE_MS = 3

export interface SentEvents {
  request: FastifyRequest
  body: Buffer
  idempotencyKey: string | undefined
  /** Of the headers in binary mode: the body is the data of one event. */
  attributes: Record<string, string> | undefined
}

/** The events of a body, each judged by itself. Throws request_invalid, batch_too_large. */
export async function readEvents(
  { request, body, idempotencyKey, attributes }: SentEvents,
  step: Step,
): Promise<ParsedEvent[]> {
  const mediaType = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() as MediaType
  const { text, members, value: sent } = await readJson(request, body, step)
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
  const judgeSome = () => {
    const until = performance.now() + SLICE_MS
    while (events.length < items.length && performance.now() < until)
      events.push(parseEvent(items[events.length], options))
  }
  while (events.length < items.length) await step(judgeSome)
  return step(() =>
    holdsDuplicateKeys(members, sent)
      ? refuseDuplicates(text, { isBatch, place: isBinary ? '/data' : '' }, events)
      : events,
  )
}

function checkKey(key: string | undefined, isBatch: boolean): void {
  if (key === undefined) return
  const fault = (detail: string) =>
    requestInvalid([{ pointer: '/headers/idempotency-key', code: 'invalid_value', detail }])
  if (isBatch) throw fault('A batch takes no Idempotency-Key: give each event its id.')
  if (key === '' || key.length > LONGEST_KEY) throw fault(`Use 1 to ${LONGEST_KEY} characters.`)
}

/** A duplicate field in an item could mean either: that item is rejected. */
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
    event.outcome = { kind: 'rejected', code: 'event_invalid', detail: `${place}: Duplicate field.` }
  }
  return events
}
