import { z } from 'zod'
import { problem } from '../../schemas/problem.ts'
import { giveExample } from '../../schemas/example.ts'

export const MAX_EVENTS = 1_000

const person = z.strictObject({
  id: z.string().describe("The upstream system's own id: 1 to 256 UTF-8 bytes without control characters"),
  email: z
    .string()
    .nullish()
    .describe('Address of the Apple Account; absent: as it was known, null: not known (any more)'),
  firstName: z.string().max(256).nullish(),
  lastName: z.string().max(256).nullish(),
})

/** What says which event it is: half letters are stored alike, so that two that differ in them would be one. */
const mark = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((text) => !/\p{Cs}/u.test(text), 'This holds half of a letter, which is no Unicode.')

/** Attributes beside these are CloudEvents extensions: let through, not used. In `data` a field too many is a fault. */
export const membershipEvent = z.object({
  specversion: z.literal('1.0').nullish(),
  id: mark(1_024).nullish(),
  source: mark(2_048).nullish(),
  type: z.string().describe('`member.joined`, `member.updated` or `member.left`'),
  time: z.string().nullish().describe('RFC 3339 with any offset; absent or null: as of its arrival'),
  datacontenttype: z.string().nullish(),
  data: z.strictObject({ roster: z.string(), member: person }),
})
giveExample(membershipEvent, {
  type: 'member.joined',
  data: { roster: 'gold', member: { id: 'u-2001', email: 'zoe@example.com', firstName: 'Zoe', lastName: 'Park' } },
})

/** What the CloudEvents media types need beside. */
const cloudEvent = membershipEvent.required({ specversion: true, id: true, source: true })
giveExample(cloudEvent, {
  specversion: '1.0',
  id: 'evt-2001',
  source: '/members',
  type: 'member.joined',
  time: '2026-11-24T10:00:00Z',
  data: { roster: 'gold', member: { id: 'u-2001', email: 'zoe@example.com', firstName: 'Zoe', lastName: 'Park' } },
})

export const eventBodies = {
  'application/json': z.union([membershipEvent, z.array(membershipEvent).max(MAX_EVENTS)]),
  'application/cloudevents+json': cloudEvent,
  'application/cloudevents-batch+json': z.array(cloudEvent).max(MAX_EVENTS),
}

export const eventResult = z.object({
  id: z.string().nullable(),
  status: z.enum(['accepted', 'duplicate', 'stale', 'rejected']),
  roster: z.string().nullable(),
  member: z.string().nullable(),
  problem: z.object({ code: z.string(), detail: z.string(), action: z.string() }).nullable(),
})
giveExample(eventResult, { id: 'evt-2001', status: 'accepted', roster: 'gold', member: 'u-2001', problem: null })

export const eventResults = z.object({
  accepted: z.number().int(),
  duplicate: z.number().int(),
  stale: z.number().int(),
  rejected: z.number().int(),
  events: z.array(eventResult).describe('In the order sent'),
})
giveExample(eventResults, {
  accepted: 1,
  duplicate: 0,
  stale: 0,
  rejected: 0,
  events: [{ id: 'evt-2001', status: 'accepted', roster: 'gold', member: 'u-2001', problem: null }],
})

export const nothingUsable = z.object({ ...problem.shape, ...eventResults.shape })
giveExample(nothingUsable, {
  type: 'urn:flightroster:problem:no_usable_event',
  title: 'None of the events could be used.',
  status: 422,
  code: 'no_usable_event',
  detail: 'None of the events could be used.',
  action: 'See the problem of each event.',
  requestId: 'req-7f3c2a90',
  accepted: 0,
  duplicate: 0,
  stale: 0,
  rejected: 1,
  events: [
    {
      id: 'evt-2001',
      status: 'rejected',
      roster: 'silver',
      member: 'u-2001',
      problem: {
        code: 'roster_not_found',
        detail: 'No such roster.',
        action: 'Create it with PUT /v1/rosters/{rosterId} first.',
      },
    },
  ],
})

export type EventResult = z.output<typeof eventResult>
