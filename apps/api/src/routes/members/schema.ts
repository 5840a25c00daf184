import { MEMBER_STATUSES, WAIT_CODES, type Usage, type WaitsFor } from '@flightroster/core/domain'
import type { MemberDescription, TimelineItem } from '@flightroster/core/usecases/members'
import { z } from 'zod'
import { anyId, memberId } from '../../schemas/ids.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'
import { cursor, limit } from '../../schemas/paging.ts'
import { giveExample } from '../../schemas/example.ts'

export const memberParams = z.object({ rosterId: anyId, memberId: anyId })
export const newMemberParams = z.object({ rosterId: anyId, memberId })

const memberStatus = z.enum(MEMBER_STATUSES)

export const membersQuery = z.strictObject({
  status: memberStatus.optional(),
  q: z
    .string()
    .max(256)
    .optional()
    .describe(
      'Beginning of an id, an address or any word of a name, without case or accents; several words: each of them',
    ),
  limit,
  cursor,
})

const name = z.string().max(256).nullish()

export const memberBody = z.strictObject({ email: z.string().nullish(), firstName: name, lastName: name })
giveExample(memberBody, { email: 'zoe@example.com', firstName: 'Zoe', lastName: 'Park' })

export const member = z.object({
  id: z.string(),
  email: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  desired: z.enum(['present', 'absent']),
  status: memberStatus,
  tester: z
    .object({
      id: z.string().nullable(),
      state: z.enum(['NOT_INVITED', 'INVITED', 'ACCEPTED', 'INSTALLED', 'REVOKED']).nullable(),
      observedAt: time.nullable(),
      inviteType: z.enum(['EMAIL', 'PUBLIC_LINK']).optional(),
      devices: z
        .array(
          z.object({
            model: z.string().nullable(),
            platform: z.string().nullable(),
            osVersion: z.string().nullable(),
            build: z.string().nullable(),
          }),
        )
        .optional()
        .describe('Where the app is installed'),
      usage: z
        .object({
          days: z.number().int().describe('The time that is counted'),
          sessions: z.number().int(),
          crashes: z.number().int(),
          feedback: z.number().int(),
          measuredAt: time.describe('When it was read; Apple trails by up to a day'),
        })
        .optional(),
    })
    .nullable()
    .describe('What Apple last said; what it does not tell is left out'),
  problem: z
    .object({ code: z.string(), detail: z.string(), action: z.string(), retryable: z.boolean(), at: time })
    .nullable(),
  waitsFor: z
    .object({
      code: z.enum(WAIT_CODES),
      detail: z.string().describe('A sentence; then since when, where that is known'),
      action: z.string().describe('What to do; then who has to do it, where it does not go on by itself'),
      until: time.nullable().describe('When it ends, where that is known'),
    })
    .nullable()
    .describe(
      'Why nothing happens right now, the outermost reason first; null: nothing is left to do, or `problem` says it',
    ),
  protected: z.boolean().describe('Never reclaimed, and never removed by a list or a reading'),
  updatedAt: time,
})
giveExample(member, {
  id: 'u-1001',
  email: 'ann.lee@example.com',
  firstName: 'Ann',
  lastName: 'Lee',
  desired: 'present',
  status: 'installed',
  tester: {
    id: 't-1001',
    state: 'INSTALLED',
    observedAt: '2026-11-24T10:00:03.000Z',
    inviteType: 'EMAIL',
    devices: [{ model: 'iPhone17,3', platform: 'IOS', osVersion: '26.1', build: '42' }],
    usage: { days: 90, sessions: 31, crashes: 1, feedback: 2, measuredAt: '2026-11-24T04:12:00.000Z' },
  },
  problem: null,
  waitsFor: null,
  protected: false,
  updatedAt: '2026-11-24T10:00:03.000Z',
})

export type MemberAnswer = z.output<typeof member>

const STATE_WORDS = {
  not_invited: 'NOT_INVITED',
  invited: 'INVITED',
  accepted: 'ACCEPTED',
  installed: 'INSTALLED',
  revoked: 'REVOKED',
  unknown: null,
} as const

/** These four fields and no others: programs were written against them. Since when and who is said in the sentences. */
function toWaitsFor(waitsFor: WaitsFor | null): MemberAnswer['waitsFor'] {
  if (waitsFor === null) return null
  const { code, since, until, who } = waitsFor
  const detail = since === null ? waitsFor.detail : `${waitsFor.detail} Since ${toTime(since)}.`
  const action = who === null ? waitsFor.action : `${waitsFor.action} Who has to do it: ${who}.`
  return { code, detail, action, until: toTimeOrNull(until) }
}

export function toMember(described: MemberDescription, waitsFor: WaitsFor | null = null): MemberAnswer {
  const { tester, problem } = described
  return {
    id: described.id,
    email: described.email,
    firstName: described.firstName,
    lastName: described.lastName,
    desired: described.desired,
    status: described.status,
    tester: tester && toTester(tester),
    problem: problem && { ...problem, at: toTime(problem.at) },
    waitsFor: toWaitsFor(waitsFor),
    protected: described.protection !== null,
    updatedAt: toTime(described.updatedAt),
  }
}

function toTester(tester: NonNullable<MemberDescription['tester']>): NonNullable<MemberAnswer['tester']> {
  const { id, state, observedAt, inviteType, devices, usage } = tester
  return {
    id,
    state: STATE_WORDS[state],
    observedAt: toTimeOrNull(observedAt),
    ...(inviteType === null ? {} : { inviteType }),
    ...(devices.length === 0 ? {} : { devices }),
    ...(usage === null ? {} : { usage: toUsage(usage) }),
  }
}

function toUsage({ days, sessions, crashes, feedback, readAt }: Usage) {
  return { days, sessions, crashes, feedback, measuredAt: toTime(readAt) }
}

export const timelineItem = z.object({
  at: time,
  kind: z.enum([
    'joined',
    'updated',
    'left',
    'converge',
    'invitation',
    'retry',
    'protected',
    'unprotected',
    'restored',
    'run',
    'note',
  ]),
  text: z.string(),
  calls: z
    .array(z.object({ call: z.string(), status: z.number().int().nullable(), code: z.string().nullable() }))
    .optional()
    .describe('Calls to App Store Connect with their answers; status null: no answer'),
})
giveExample(timelineItem, {
  at: '2026-11-24T10:00:03.000Z',
  kind: 'run',
  text: 'Apple has sent the invitation.',
  calls: [{ call: 'POST /v1/betaTesters', status: 201, code: null }],
})

export function toTimelineItem({ at, ...item }: TimelineItem): z.output<typeof timelineItem> {
  return { at: toTime(at), ...item }
}
