import { listAudit } from '@flightroster/core/usecases/audit'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { requestInvalid } from '../../plugins/to-problem.ts'
import { time, toTime } from '../../schemas/instant.ts'
import { pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'

const entry = z.object({
  id: z.string(),
  at: time,
  actor: z.string().describe('A token (`token:crm`) or a user of the pages (`user:ann`)'),
  action: z.string(),
  target: z.string(),
  detail: z.string(),
})
giveExample(entry, {
  id: '1795255203000-0',
  at: '2026-11-24T10:00:03.000Z',
  actor: 'token:crm',
  action: 'roster.pause',
  target: 'gold',
  detail: '',
})

export function listAuditRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/audit',
    {
      schema: {
        tags: ['operations'],
        operationId: 'listAudit',
        summary: 'Who changed what',
        description: 'Newest first. Ids only: never an address, a key or a token.',
        querystring: pageQuery,
        response: { 200: pageOf(entry) },
      },
      config: { scope: 'admin' },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const before = readCursor('audit', cursor)
      if (before !== undefined && !/^\d+-\d+$/.test(before)) {
        throw requestInvalid([
          { pointer: '/query/cursor', code: 'invalid_cursor', detail: 'This is no cursor of ours.' },
        ])
      }
      const { items, next } = await listAudit(deps, { limit, before })
      return {
        items: items.map((item) => ({ ...item, at: toTime(item.at) })),
        nextCursor: next === null ? null : toCursor('audit', next),
      }
    },
  )
}
