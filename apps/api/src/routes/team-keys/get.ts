import { describeTeamKey, getTeamKey } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import { describeEach } from '../../describe-each.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { teamKey, teamKeyParams, toTeamKey } from './schema.ts'

export function listTeamKeysRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/team-keys',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'listTeamKeys',
        summary: 'List team keys',
        querystring: pageQuery,
        response: { 200: pageOf(teamKey) },
      },
      config: { scope: 'admin', readsMuch: 'searched' },
    },
    async (request) => {
      const page = pageFrom('team-keys', await deps.store.teamKeys.list(), request.query)
      const items = await describeEach(app, page.items, async (record) =>
        toTeamKey(await describeTeamKey(deps, record)),
      )
      return { items, nextCursor: page.nextCursor }
    },
  )
}

export function getTeamKeyRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/team-keys/:teamKeyId',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'getTeamKey',
        summary: 'Read a team key',
        params: teamKeyParams,
        response: { 200: teamKey },
      },
      config: { scope: 'admin' },
    },
    async (request) => toTeamKey(await describeTeamKey(deps, await getTeamKey(deps, request.params.teamKeyId))),
  )
}
