import { getTeamKey, listApps, listGroups } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { appChoice, appParams, groupChoice, teamKeyParams, toGroupChoice } from './schema.ts'

const APPLE_PROBLEMS = [
  'key_rejected',
  'key_forbidden',
  'agreement_required',
  'secret_unreadable',
  'apple_unreachable',
  'apple_unavailable',
] as const

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

export function listAppsRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/team-keys/:teamKeyId/apps',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'listApps',
        summary: 'List the apps that a team key sees',
        params: teamKeyParams,
        querystring: pageQuery,
        response: { 200: pageOf(appChoice) },
      },
      config: { scope: 'admin', problems: APPLE_PROBLEMS },
    },
    async (request) => {
      const teamKey = await getTeamKey(deps, request.params.teamKeyId)
      const apps = await listApps(onBehalfOf(deps, request), teamKey)
      return pageFrom(`apps:${teamKey.id}`, apps.sort(byId), request.query)
    },
  )
}

export function listGroupsRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/team-keys/:teamKeyId/apps/:appId/groups',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'listGroups',
        summary: 'List the groups of an app',
        params: appParams,
        querystring: pageQuery,
        response: { 200: pageOf(groupChoice) },
      },
      config: { scope: 'admin', problems: APPLE_PROBLEMS },
    },
    async (request) => {
      const teamKey = await getTeamKey(deps, request.params.teamKeyId)
      const groups = await listGroups(onBehalfOf(deps, request), teamKey, request.params.appId)
      const page = pageFrom(`groups:${teamKey.id}:${request.params.appId}`, groups.sort(byId), request.query)
      return { items: page.items.map(toGroupChoice), nextCursor: page.nextCursor }
    },
  )
}
