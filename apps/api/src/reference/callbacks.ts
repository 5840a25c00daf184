import { BUILD_STATES, CALLBACK_TYPES, IDLE_REASONS, MEMBER_STATUSES } from '@flightroster/core/domain'
import { z } from 'zod'
import { giveExample } from '../schemas/example.ts'
import { time } from '../schemas/instant.ts'

const sequence = z.number().int().describe('Counts up; what is older than what you have can be dropped')
const problem = z.object({ code: z.string(), detail: z.string(), action: z.string() }).nullable()

const memberData = () =>
  z.object({
    roster: z.string(),
    sequence,
    member: z.object({
      id: z.string(),
      status: z.enum(MEMBER_STATUSES),
      problem,
      email: z.string().nullable().optional().describe('Only with `includeEmail`'),
      link: z
        .string()
        .optional()
        .describe("To the member's own page: of `member.waiting` for an address, with `includeLink`"),
    }),
  })
const buildData = () =>
  z.object({
    roster: z.string(),
    sequence,
    build: z.object({ id: z.string(), version: z.string(), number: z.string(), expiresAt: time.nullable() }),
  })
const buildEndData = () =>
  buildData().extend({
    peopleAffected: z.number().int().describe('Members who are in the group'),
    successor: z
      .object({ number: z.string(), state: z.enum(BUILD_STATES) })
      .nullable()
      .describe('What comes after it; null: nothing newer is in the pipeline'),
  })
const rosterData = () =>
  z.object({
    roster: z.string(),
    sequence,
    reconciliation: z
      .string()
      .optional()
      .describe('The held plan; of `roster.recovered`: one that still waits for a decision'),
    problem,
  })
const teamKeyData = () => z.object({ teamKey: z.string(), sequence, problem })
const testData = () => z.object({ webhook: z.string() })

type CallbackType = (typeof CALLBACK_TYPES)[number] | 'webhook.test'
interface Callback {
  summary: string
  data: z.ZodType
}

const AT = '2026-11-24T10:00:03.000Z'

const member = (status: (typeof MEMBER_STATUSES)[number], code?: [code: string, detail: string, action: string]) =>
  giveExample(memberData(), {
    roster: 'gold',
    sequence: 7,
    member: {
      id: 'u-1001',
      status,
      problem: code ? { code: code[0], detail: code[1], action: code[2] } : null,
    },
  })
const build = giveExample(buildData(), {
  roster: 'gold',
  sequence: 3,
  build: { id: 'b-42', version: '2.1', number: '214', expiresAt: '2027-02-20T08:00:00.000Z' },
})
const buildEnd = giveExample(buildEndData(), {
  roster: 'gold',
  sequence: 4,
  build: { id: 'b-42', version: '2.1', number: '214', expiresAt: '2027-02-20T08:00:00.000Z' },
  peopleAffected: 812,
  successor: { number: '219', state: 'in_review' },
})
const roster = (example: Partial<z.input<ReturnType<typeof rosterData>>>) =>
  giveExample(rosterData(), { roster: 'gold', sequence: 2, problem: null, ...example })
const teamKey = (problem: z.input<ReturnType<typeof teamKeyData>>['problem']) =>
  giveExample(teamKeyData(), { teamKey: 'demo', sequence: 4, problem })
const REJECTED = {
  code: 'key_rejected',
  detail: 'Apple does not accept this team key.',
  action: 'Make a new key in App Store Connect and put it in.',
}

/** What is posted to webhooks, type by type: a new type asks for its line here. */
const CALLBACKS: Readonly<Record<CallbackType, Callback>> = {
  'member.invited': { summary: 'Apple has sent the invitation', data: member('invited') },
  'member.accepted': { summary: 'The person accepted the invitation', data: member('accepted') },
  'member.installed': { summary: 'The person installed the app', data: member('installed') },
  'member.revoked': { summary: 'The person stopped testing, or was removed at Apple', data: member('revoked') },
  'member.removed': { summary: 'The person is out of the group', data: member('removed') },
  'member.failed': {
    summary: 'The person could not be added, and a person has to look',
    data: member('failed', ['address_invalid', 'Apple does not take this address.', 'Correct the address.']),
  },
  'member.waiting': {
    summary: 'The person waits for something that only others can give',
    data: member('waiting', ['address_missing', 'No address is known.', 'Send the address of the Apple Account.']),
  },
  'member.idle': {
    summary: 'The seat is not used, and is taken back once the grace is over',
    data: giveExample(
      memberData().extend({
        reason: z.enum(IDLE_REASONS).describe('Why the seat counts as idle'),
        reclaimAt: time.describe('When the seat is taken back, at the earliest'),
      }),
      {
        roster: 'gold',
        sequence: 7,
        member: { id: 'u-1001', status: 'invited', problem: null },
        reason: 'not_accepted',
        reclaimAt: '2026-12-01T10:00:03.000Z',
      },
    ),
  },
  'member.reclaimed': {
    summary: 'The seat was taken back, because it was not used; the member stays on the roster',
    data: member('reclaimed', [
      'idle_reclaimed',
      'The seat was taken back because it was not used.',
      'A new member.joined event gives the person a seat and an invitation again.',
    ]),
  },
  'member.address_changed': { summary: 'The member gave another address, on their own page', data: member('pending') },
  'build.available': { summary: 'A build can be tested', data: build },
  'build.expiring': { summary: 'The last usable build expires in 14, 7 or 1 days', data: buildEnd },
  'build.run_out': { summary: 'The last usable build has gone: nobody can install the app', data: buildEnd },
  'roster.held': {
    summary: 'Removals wait for an approval',
    data: roster({ reconciliation: 'rec-7' }),
  },
  'roster.blocked': { summary: 'A roster stopped: only a person can mend it', data: roster({ problem: REJECTED }) },
  'roster.recovered': { summary: 'A roster goes on, or its held plan was decided', data: roster({}) },
  'team_key.rejected': { summary: 'Apple refuses a team key', data: teamKey(REJECTED) },
  'team_key.recovered': { summary: 'A team key works again', data: teamKey(null) },
  'webhook.test': {
    summary: 'Asked for by `testWebhook`',
    data: giveExample(testData(), { webhook: 'crm' }),
  },
}

/**
 * The shape of one type's body, with its example.
 * @internal
 */
export function callbackBody(type: CallbackType): z.ZodType {
  return z.object({
    type: z.literal(type),
    timestamp: giveExample(z.string().describe('RFC 3339, UTC'), AT),
    data: CALLBACKS[type].data,
  })
}

const SIGNED = [
  ['webhook-id', 'One fact keeps one id over all its tries and replays', 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj'],
  ['webhook-timestamp', 'Seconds since 1970, of this try', '1795255203'],
  [
    'webhook-signature',
    'Standard Webhooks: `v1,` and base64; several while a secret changes',
    'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  ],
] as const

/** The `webhooks` part of the document. */
export function describeCallbacks(toJsonSchema: (shape: z.ZodType) => object): Record<string, object> {
  const types = Object.keys(CALLBACKS) as CallbackType[]
  return Object.fromEntries(
    types.map((type) => [
      type,
      {
        post: {
          operationId: `on${type.replace(/(?:^|[._])([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
          tags: ['callbacks'],
          summary: CALLBACKS[type].summary,
          description: 'Posted to your webhook, signed. Answer with any 2xx within 15 s; anything else is sent again.',
          security: [],
          parameters: SIGNED.map(([name, description, example]) => ({
            name,
            in: 'header',
            required: true,
            description,
            schema: { type: 'string' },
            example,
          })),
          requestBody: {
            required: true,
            content: { 'application/json': { schema: toJsonSchema(callbackBody(type)) } },
          },
          responses: { '2XX': { description: 'Taken' }, default: { description: 'Not taken: it is sent again' } },
        },
      },
    ]),
  )
}
