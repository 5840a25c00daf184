import { SOURCE_KINDS, type ReceivedPayload, type Source } from '@flightroster/core/domain'
import type { IncomingEvent } from '@flightroster/core/usecases/intake'
import { z } from 'zod'
import { anyId, recordId } from '../../schemas/ids.ts'
import { giveExample } from '../../schemas/example.ts'
import { time, toTime } from '../../schemas/instant.ts'

export const newSourceParams = z.object({ sourceId: recordId })
export const sourceParams = z.object({ sourceId: anyId })

const HEADER_NAME = /^[A-Za-z0-9-]{1,100}$/

const signature = z.strictObject({
  header: z
    .string()
    .regex(HEADER_NAME, 'This is not the name of a header.')
    .describe('The header that holds the signature'),
  algorithm: z.enum(['sha256', 'sha1', 'md5']).default('sha256'),
  encoding: z.enum(['hex', 'base64']).default('hex'),
  prefix: z.string().max(100).default('').describe('What stands before the signature in its header, such as "sha256="'),
})

const rosters = z
  .record(z.string().min(1).max(256), recordId)
  .refine((map) => Object.keys(map).length <= 1_000, 'This must have at most 1,000 entries.')
  .describe('The sender\'s price, tier or plan → roster; "*": every other; absent: ignored')

const common = {
  secret: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe("The sender's signing secret, kept sealed and never shown. Left out: the one there is stays"),
  rosters: rosters.default({}),
}

export const sourceBody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(SOURCE_KINDS).exclude(['generic']), ...common }),
  z.strictObject({
    kind: z.literal('generic'),
    ...common,
    signature,
    map: z
      .string()
      .min(1)
      .max(20_000)
      .describe('A JSONata expression from the payload to events as in POST /v1/events'),
  }),
])

giveExample(sourceBody, {
  kind: 'stripe',
  secret: 'whsec_from_the_dashboard_of_stripe',
  rosters: { price_1Abc: 'gold', '*': 'bronze' },
})

export const source = z.object({
  id: z.string(),
  kind: z.enum(SOURCE_KINDS),
  url: z.string().describe('Paste this address into the membership system'),
  rosters: z.record(z.string(), z.string()),
  signature: z
    .object({ header: z.string(), algorithm: z.string(), encoding: z.string(), prefix: z.string() })
    .nullable(),
  map: z.string().nullable(),
  createdAt: time,
  updatedAt: time,
})

giveExample(source, {
  id: 'shop',
  kind: 'stripe',
  url: 'https://flightroster.example.com/v1/sources/shop/receive',
  rosters: { price_1Abc: 'gold', '*': 'bronze' },
  signature: null,
  map: null,
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-01T09:00:00.000Z',
})

export const sourceUrl = (id: string, publicUrl: string | undefined) => `${publicUrl ?? ''}/v1/sources/${id}/receive`

export function toSource(record: Source, publicUrl: string | undefined): z.output<typeof source> {
  const { id, kind, rosters: map, signature: scheme } = record
  return {
    id,
    kind,
    url: sourceUrl(id, publicUrl),
    rosters: map,
    signature: scheme,
    map: record.map,
    createdAt: toTime(record.createdAt),
    updatedAt: toTime(record.updatedAt),
  }
}

const EVENT_TYPE = { join: 'member.joined', update: 'member.updated', leave: 'member.left' } as const

const madeEvent = z.object({
  type: z.enum(['member.joined', 'member.updated', 'member.left']),
  data: z.object({
    roster: z.string(),
    member: z.object({
      id: z.string(),
      email: z.string().nullish(),
      firstName: z.string().nullish(),
      lastName: z.string().nullish(),
    }),
  }),
})

export const trial = z.object({
  events: z.array(madeEvent).describe('What would be recorded, as in POST /v1/events'),
  ignored: z.array(z.object({ reason: z.string() })).describe('What would have no effect'),
})

giveExample(trial, {
  events: [
    { type: 'member.joined', data: { roster: 'gold', member: { id: 'cus_Ann', email: 'ann.lee@example.com' } } },
  ],
  ignored: [],
})

export function toMadeEvent({ kind, roster, member, ...known }: IncomingEvent): z.output<typeof madeEvent> {
  const { email, firstName, lastName } = known
  return {
    type: EVENT_TYPE[kind],
    data: { roster, member: kind === 'leave' ? { id: member } : { id: member, email, firstName, lastName } },
  }
}

export const receivedAnswer = z.object({
  accepted: z.number().int().describe('Events recorded'),
  ignored: z.number().int().describe('Things in it that had no effect'),
})

giveExample(receivedAnswer, { accepted: 1, ignored: 0 })

/** As the membership system sends it: each has its own shape. */
export const payload = z.looseObject({})
giveExample(payload, {
  id: 'evt_1',
  type: 'customer.subscription.updated',
  created: 1_764_000_003,
  data: {
    object: { id: 'sub_1', customer: 'cus_Ann', status: 'active', items: { data: [{ price: { id: 'price_1Abc' } }] } },
  },
})

export const receivedPayload = z.object({
  at: time,
  id: z.string().describe("The sender's event id; a digest of the body where it sends none"),
  status: z.enum(['accepted', 'duplicate', 'ignored', 'refused']),
  events: z.number().int().describe('How many events were recorded'),
  reason: z.string().nullable(),
})

giveExample(receivedPayload, {
  at: '2026-11-24T10:00:03.000Z',
  id: 'evt_1',
  status: 'accepted',
  events: 1,
  reason: null,
})

export function toReceivedPayload(entry: ReceivedPayload): z.output<typeof receivedPayload> {
  return { ...entry, at: toTime(entry.at) }
}
