import { CALLBACK_PATTERNS, type TellableFact } from '@flightroster/core/domain'
import type { ListedDelivery } from '@flightroster/core/store'
import type { WebhookDescription } from '@flightroster/core/usecases/callbacks'
import { z } from 'zod'
import { anyId, recordId } from '../../schemas/ids.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'
import { giveExample } from '../../schemas/example.ts'

export const newWebhookParams = z.object({ webhookId: recordId })
export const webhookParams = z.object({ webhookId: anyId })
export const deliveryParams = z.object({ webhookId: anyId, deliveryId: z.string() })

/** What no URL can be made of is a mistake of the caller's; what the guard refuses is another matter. */
const url = z
  .string()
  .max(2_000)
  .refine((text) => !/[\s\p{Cc}]/u.test(text) && (URL.canParse(text) || /^https?:/i.test(text)), 'This is not a URL.')

export const webhookBody = z.strictObject({
  url: url.describe('http or https, at a public address, without user name and password'),
  types: z.array(z.enum(CALLBACK_PATTERNS)).min(1).max(100),
  rosters: z
    .array(recordId)
    .min(1)
    .max(1_000)
    .nullable()
    .default(null)
    .describe('Only what is about these, and about their team keys; null: everything'),
  includeEmail: z.boolean().default(false).describe("Tell a member's address as well"),
  includeLink: z
    .boolean()
    .default(false)
    .describe('Tell who waits for an address with a link to their own page; needs PUBLIC_URL'),
})
giveExample(webhookBody, {
  url: 'https://crm.example.com/hooks/flightroster',
  types: ['member.*', 'roster.held'],
  rosters: ['gold'],
})

export const webhook = z.object({
  id: z.string(),
  url: z.string(),
  types: z.array(z.string()),
  rosters: z.array(z.string()).nullable(),
  includeEmail: z.boolean(),
  includeLink: z.boolean(),
  status: z
    .enum(['active', 'disabled'])
    .describe('disabled after five days without a successful delivery, or where too many wait; PUT enables it again'),
  failingSince: time.nullable().describe('The first failed try since the last success'),
  createdAt: time,
  updatedAt: time,
})
giveExample(webhook, {
  id: 'crm',
  url: 'https://crm.example.com/hooks/flightroster',
  types: ['member.*', 'roster.held'],
  rosters: ['gold'],
  includeEmail: false,
  includeLink: false,
  status: 'active',
  failingSince: null,
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-01T09:00:00.000Z',
})

export const webhookWithSecret = z.object({
  ...webhook.shape,
  secret: z.string().describe('whsec_…, for Standard Webhooks; shown this once'),
})
giveExample(webhookWithSecret, {
  id: 'crm',
  url: 'https://crm.example.com/hooks/flightroster',
  types: ['member.*', 'roster.held'],
  rosters: ['gold'],
  includeEmail: false,
  includeLink: false,
  status: 'active',
  failingSince: null,
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-01T09:00:00.000Z',
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
})

export function toWebhook({ webhook: record, health }: WebhookDescription): z.output<typeof webhook> {
  return {
    id: record.id,
    url: record.url,
    types: record.types,
    rosters: record.rosters,
    includeEmail: record.includeEmail,
    includeLink: record.includeLink ?? false,
    status: health.disabledAt === null ? 'active' : 'disabled',
    failingSince: toTimeOrNull(health.failingSince),
    createdAt: toTime(record.createdAt),
    updatedAt: toTime(record.updatedAt),
  }
}

export const delivery = z.object({
  id: z.string().describe('The webhook-id of every try'),
  type: z.string(),
  roster: z.string().optional(),
  member: z.string().optional(),
  teamKey: z.string().optional(),
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z
    .array(
      z.object({
        at: time,
        status: z.number().int().nullable().describe('HTTP status; null where no answer came'),
        durationMs: z.number().int(),
        answer: z
          .string()
          .describe(
            'The first kilobyte of the answer; without one, what went wrong. Of older tries it may be no longer kept, and says so',
          ),
      }),
    )
    .describe('Oldest first; the newest fifty'),
  nextAttemptAt: time
    .nullable()
    .describe('null: it ended, is being tried, waits for an earlier one of its member, or the webhook is disabled'),
})
giveExample(delivery, {
  id: 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
  type: 'member.invited',
  roster: 'gold',
  member: 'u-1001',
  status: 'delivered',
  attempts: [{ at: '2026-11-24T10:00:03.000Z', status: 200, durationMs: 84, answer: 'ok' }],
  nextAttemptAt: null,
})

export function toDelivery({ delivery: record, nextAttemptAt }: ListedDelivery): z.output<typeof delivery> {
  return {
    id: record.id,
    type: record.fact.type,
    ...toTarget(record.fact),
    status: record.status,
    attempts: record.attempts.map((attempt) => ({ ...attempt, at: toTime(attempt.at) })),
    nextAttemptAt: toTimeOrNull(nextAttemptAt),
  }
}

function toTarget(fact: TellableFact): { roster?: string; member?: string; teamKey?: string } {
  if (fact.type === 'webhook.test') return {}
  if ('member' in fact) return { roster: fact.roster, member: fact.member }
  return 'teamKey' in fact ? { teamKey: fact.teamKey } : { roster: fact.roster }
}
