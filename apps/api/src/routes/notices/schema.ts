import { CALLBACK_PATTERNS, NOTICE_KINDS } from '@flightroster/core/domain'
import type { NoticeDescription } from '@flightroster/core/usecases/notices'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import { anyId, recordId } from '../../schemas/ids.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'

export const newNoticeParams = z.object({ noticeId: recordId })
export const noticeParams = z.object({ noticeId: anyId })

export const noticeBody = z.strictObject({
  kind: z.enum(NOTICE_KINDS),
  target: z
    .string()
    .min(1)
    .max(2_000)
    .describe('The incoming webhook of Slack or Teams (http or https, at a public address), or an e-mail address'),
  types: z
    .array(z.enum(CALLBACK_PATTERNS))
    .min(1)
    .max(100)
    .describe('What to tell; whoever is told that something began is told when it is over'),
  rosters: z
    .array(recordId)
    .min(1)
    .max(1_000)
    .nullable()
    .default(null)
    .describe('Only what is about these, and about their team keys; null: everything'),
})
giveExample(noticeBody, {
  kind: 'slack',
  target: 'https://hooks.slack.com/services/T0/B0/x',
  types: ['roster.held', 'team_key.rejected'],
  rosters: ['gold'],
})

export const notice = z.object({
  id: z.string(),
  kind: z.enum(NOTICE_KINDS),
  target: z.string().describe('Masked: an incoming webhook is a secret'),
  types: z.array(z.string()),
  rosters: z.array(z.string()).nullable(),
  lastSent: time.nullable().describe('When a message last went out'),
  lastError: z.string().nullable().describe('Why the newest try failed; null: it did not'),
  createdAt: time,
  updatedAt: time,
})
giveExample(notice, {
  id: 'ops',
  kind: 'slack',
  target: 'https://hooks.slack.com/…',
  types: ['roster.held', 'team_key.rejected'],
  rosters: ['gold'],
  lastSent: '2026-11-24T10:00:03.000Z',
  lastError: null,
  createdAt: '2026-11-01T09:00:00.000Z',
  updatedAt: '2026-11-01T09:00:00.000Z',
})

export function toNotice({ notice: record, state }: NoticeDescription): z.output<typeof notice> {
  return {
    id: record.id,
    kind: record.kind,
    target: record.masked,
    types: record.types,
    rosters: record.rosters,
    lastSent: toTimeOrNull(state.lastSentAt),
    lastError: state.lastError,
    createdAt: toTime(record.createdAt),
    updatedAt: toTime(record.updatedAt),
  }
}
