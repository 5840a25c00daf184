import { checkTeamKey, getTeamKey } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { findings, teamKeyParams, toFindings } from './schema.ts'

export function checkTeamKeyRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/team-keys/:teamKeyId/check',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'checkTeamKey',
        summary: 'Try everything a team key is needed for',
        description: 'Changes nothing at Apple. A passed check lets a stopped lane go on.',
        params: teamKeyParams,
        response: { 200: findings },
      },
      config: { scope: 'admin' },
    },
    async (request) =>
      toFindings(await checkTeamKey(onBehalfOf(deps, request), await getTeamKey(deps, request.params.teamKeyId))),
  )
}
