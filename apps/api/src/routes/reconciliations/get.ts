import { getReconciliation, listReconciliations } from '@flightroster/core/usecases/reconcile'
import { getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from '../rosters/schema.ts'
import { reconciliation, reconciliationParams, toReconciliation } from './schema.ts'

export function listReconciliationsRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/reconciliations',
    {
      schema: {
        tags: ['reconciliations'],
        operationId: 'listReconciliations',
        summary: 'List what whole lists and readings came to',
        description: 'Newest first.',
        params: rosterParams,
        querystring: pageQuery,
        response: { 200: pageOf(reconciliation) },
      },
      config: { scope: 'rosters:read', readsMuch: 'always', mayBeLong: true },
    },
    async (request) => {
      const roster = await getRoster(deps, request.params.rosterId)
      const { limit, cursor } = request.query
      const list = `reconciliations:${roster.id}`
      const page = await listReconciliations(deps, roster, { limit, after: readCursor(list, cursor) })
      return {
        items: page.items.map(toReconciliation),
        nextCursor: page.next === null ? null : toCursor(list, page.next),
      }
    },
  )
}

export function getReconciliationRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/reconciliations/:reconciliationId',
    {
      schema: {
        tags: ['reconciliations'],
        operationId: 'getReconciliation',
        summary: 'Read what a whole list or a reading came to',
        params: reconciliationParams,
        response: { 200: reconciliation },
      },
      config: { scope: 'rosters:read', readsMuch: 'always', mayBeLong: true },
    },
    async (request) => {
      const { rosterId, reconciliationId } = request.params
      const roster = await getRoster(deps, rosterId)
      return toReconciliation(await getReconciliation(deps, roster, reconciliationId))
    },
  )
}
