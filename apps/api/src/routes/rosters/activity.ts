import { ACTIVITY_KINDS, MEMBER_STATUSES, type ActivityItem } from '@flightroster/core/domain'
import { ERROR_RULES } from '@flightroster/core/errors'
import { isActivityPlace, listActivity } from '@flightroster/core/usecases/activity'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { giveExample } from '../../schemas/example.ts'
import { parseInstant, time, toTime } from '../../schemas/instant.ts'
import { cursor, limit, pageOf, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from './schema.ts'

export const activityItem = z.object({
  at: time,
  kind: z.enum(ACTIVITY_KINDS),
  member: z.string().nullable().describe('null: it is about the roster as a whole'),
  by: z
    .string()
    .nullable()
    .describe('`token:3f…`, `user:ann`, `source:shop`, `member` (on their own page); null: Flightroster by itself'),
  status: z.enum(MEMBER_STATUSES).nullable().describe("The member's status after an outcome"),
  problem: z.object({ code: z.string(), detail: z.string(), action: z.string() }).nullable(),
  calls: z
    .array(
      z.object({
        method: z.string(),
        path: z.string(),
        status: z.number().int().nullable().describe('null: no answer'),
        durationMs: z.number().int().nullable(),
      }),
    )
    .describe('Calls to App Store Connect; one call may be for many members'),
  requestId: z.string().nullable().describe("As in `x-request-id` of the request's answer and in our log"),
  text: z.string().describe('The same in a sentence'),
})
giveExample(activityItem, {
  at: '2026-11-24T10:00:03.000Z',
  kind: 'outcome',
  member: 'u-1001',
  by: null,
  status: 'invited',
  problem: null,
  calls: [{ method: 'POST', path: '/v1/betaTesters', status: 201, durationMs: 143 }],
  requestId: null,
  text: 'Asked App Store Connect: POST /v1/betaTesters → 201. Now invited.',
})

const query = z.strictObject({
  member: z.string().min(1).max(256).optional(),
  status: z.enum(MEMBER_STATUSES).optional(),
  kind: z.enum(ACTIVITY_KINDS).optional(),
  by: z.string().min(1).max(256).optional().describe('As `by` of an item'),
  since: z.string().optional().describe('RFC 3339; this instant is included'),
  until: z.string().optional().describe('RFC 3339; this instant is included'),
  limit,
  cursor,
})

export function rosterActivityRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/activity',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'listRosterActivity',
        summary: 'Read everything that happened on a roster',
        description:
          'Newest first, over all people: events, lists, reconciliations with the group, what was asked for, what came of it, and changes ' +
          'of the settings. The last 30 days or 10,000 entries are kept. With a filter a page may be short, even empty, and still have a ' +
          '`nextCursor`: go on with it.',
        params: rosterParams,
        querystring: query,
        response: { 200: pageOf(activityItem) },
      },
      config: { scope: 'rosters:read', readsMuch: 'always' },
    },
    async (request) => {
      const roster = await getRoster(deps, request.params.rosterId)
      const { since, until, limit: most, cursor: given, ...filter } = request.query
      const range = { since: readTime('since', since), until: readTime('until', until) }
      const list = `activity:${roster.id}:${JSON.stringify([filter, range])}`
      const before = readCursor(list, given)
      if (before !== undefined && !isActivityPlace(before)) {
        throw requestInvalid([
          { pointer: '/query/cursor', code: 'invalid_cursor', detail: 'This is not a cursor of this API.' },
        ])
      }
      const { items, next } = await listActivity(deps, roster, { ...filter, ...range }, { limit: most, before })
      return { items: items.map(toActivityItem), nextCursor: next === null ? null : toCursor(list, next) }
    },
  )
}

/** Throws request_invalid. */
function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = parseInstant(text)
  if (at !== undefined) return at
  throw requestInvalid([
    {
      pointer: `/query/${name}`,
      code: 'invalid_time',
      detail: 'This is not an RFC 3339 time, such as 2026-11-24T10:00:00Z.',
    },
  ])
}

function toActivityItem(item: ActivityItem): z.output<typeof activityItem> {
  const { at, kind, member, by, status, problem, calls, requestId, text } = item
  return {
    at: toTime(at),
    kind,
    member,
    by,
    status,
    problem: problem && { ...problem, action: ERROR_RULES[problem.code]?.action ?? '' },
    calls,
    requestId,
    text,
  }
}
