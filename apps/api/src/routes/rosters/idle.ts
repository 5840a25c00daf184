import { IDLE_DOUBT_WORDS, IDLE_DOUBTS, IDLE_REASONS } from '@flightroster/core/domain'
import { listIdle } from '@flightroster/core/usecases/idle'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { giveExample } from '../../schemas/example.ts'
import { time, toTime, toTimeOrNull } from '../../schemas/instant.ts'
import type { ApiServer } from '../../server.ts'
import { idleRule } from './idle-rule.ts'
import { rosterParams } from './schema.ts'

const idleList = z.object({
  rule: idleRule.nullable().describe("The roster's `idle`; null: nobody looks"),
  measuredAt: time.nullable().describe('When the group was last read as a whole'),
  usageMeasuredAt: time.nullable().describe('When usage was last read, and believed'),
  candidates: z.array(
    z.object({
      id: z.string(),
      reason: z.enum(IDLE_REASONS),
      since: time.describe('What the days count from: when we first saw it'),
      reclaimAt: time
        .nullable()
        .describe('When the seat is taken back by itself, at the earliest; null: never by itself'),
      protected: z.boolean(),
    }),
  ),
  unknown: z.number().int().describe('Members of whom it is not known, for `doubts`; they are no candidates'),
  doubts: z.array(
    z.object({ code: z.enum(IDLE_DOUBTS), detail: z.string(), action: z.string(), count: z.number().int() }),
  ),
})
giveExample(idleList, {
  rule: { notAcceptedDays: 30, notInstalledDays: 60, noSessionDays: 90, graceDays: 7, reclaim: 'when_full' },
  measuredAt: '2026-11-24T10:00:03.000Z',
  usageMeasuredAt: '2026-11-24T04:12:00.000Z',
  candidates: [
    {
      id: 'u-1001',
      reason: 'not_accepted',
      since: '2026-10-20T10:00:03.000Z',
      reclaimAt: '2026-11-26T10:00:03.000Z',
      protected: false,
    },
  ],
  unknown: 3,
  doubts: [{ code: 'missing', ...IDLE_DOUBT_WORDS.missing, count: 3 }],
})

export function rosterIdleRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/idle',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'listIdle',
        summary: 'List who does not use the seat',
        description:
          'By what is kept; Apple is not asked. Nobody is a candidate for a figure that is missing, more than 48 hours old, or from a ' +
          'listing that was not complete: `unknown` counts those, and `doubts` says why.',
        params: rosterParams,
        response: { 200: idleList },
      },
      config: { scope: 'rosters:read', readsMuch: 'always' },
    },
    async (request) => {
      const list = await listIdle(deps, await getRoster(deps, request.params.rosterId))
      return {
        rule: list.rule,
        measuredAt: toTimeOrNull(list.measuredAt),
        usageMeasuredAt: toTimeOrNull(list.usageMeasuredAt),
        candidates: list.candidates.map(({ since, reclaimAt, ...rest }) => ({
          ...rest,
          since: toTime(since),
          reclaimAt: toTimeOrNull(reclaimAt),
        })),
        unknown: list.unknown,
        doubts: list.doubts.map(({ code, count }) => ({ code, ...IDLE_DOUBT_WORDS[code], count })),
      }
    },
  )
}
