import { describeMembers, explainWaiting, getMember, tellTimeline } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { member, memberParams, timelineItem, toMember, toTimelineItem } from './schema.ts'

export function getMemberRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/members/:memberId',
    {
      schema: {
        tags: ['members'],
        operationId: 'getMember',
        summary: 'Read a member',
        params: memberParams,
        response: { 200: member },
      },
      config: { scope: 'rosters:read' },
    },
    async (request) => {
      const roster = await getRoster(deps, request.params.rosterId)
      const record = await getMember(deps, roster, request.params.memberId)
      const [described] = await describeMembers(deps, roster, [record])
      const waiting = await explainWaiting(deps, roster, [record])
      return toMember(described as NonNullable<typeof described>, waiting.get(record.id) ?? null)
    },
  )
}

export function getTimelineRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/members/:memberId/timeline',
    {
      schema: {
        tags: ['members'],
        operationId: 'getMemberTimeline',
        summary: "Read a member's timeline",
        description: 'Event, decision, calls to Apple with their answers, outcome; newest first.',
        params: memberParams,
        querystring: pageQuery,
        response: { 200: pageOf(timelineItem) },
      },
      config: { scope: 'rosters:read' },
    },
    async (request) => {
      const { rosterId, memberId } = request.params
      const roster = await getRoster(deps, rosterId)
      await getMember(deps, roster, memberId)
      const items = tellTimeline(await deps.store.members(roster.teamKey, rosterId).timeline(memberId)).map(
        toTimelineItem,
      )
      // New entries come in front, so a page is counted from the oldest.
      const list = `timeline:${rosterId}:${memberId}`
      const left = Math.min(items.length, Number(readCursor(list, request.query.cursor) ?? items.length))
      const start = items.length - left
      const page = items.slice(start, start + request.query.limit)
      const rest = left - page.length
      return { items: page, nextCursor: rest > 0 ? toCursor(list, String(rest)) : null }
    },
  )
}
