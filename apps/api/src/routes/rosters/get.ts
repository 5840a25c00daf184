import { describeRoster, getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { describeEach } from '../../describe-each.ts'
import { mayReach } from '../../plugins/auth.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { roster, rosterParams, toRoster } from './schema.ts'

export function listRostersRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'listRosters',
        summary: 'List rosters',
        querystring: pageQuery,
        response: { 200: pageOf(roster) },
      },
      config: { scope: 'rosters:read', readsMuch: 'searched' },
    },
    async (request) => {
      const { rosters } = deps.store
      const ids = (await rosters.ids()).filter((id) => mayReach(request.caller, id))
      const page = pageFrom(
        'rosters',
        ids.map((id) => ({ id })),
        request.query,
      )
      const records = await rosters.findMany(page.items.map(({ id }) => id))
      const items = await describeEach(app, [...records.values()], async (record) =>
        toRoster(await describeRoster(deps, record)),
      )
      return { items, nextCursor: page.nextCursor }
    },
  )
}

export function getRosterRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'getRoster',
        summary: 'Read a roster',
        params: rosterParams,
        response: { 200: roster },
      },
      config: { scope: 'rosters:read' },
    },
    async (request) => toRoster(await describeRoster(deps, await getRoster(deps, request.params.rosterId))),
  )
}
