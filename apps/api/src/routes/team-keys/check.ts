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
    async (request) => {
      const teamKey = await getTeamKey(deps, request.params.teamKeyId)
      // An outage comes and goes by itself.
      const standing = async () => JSON.stringify({ ...(await deps.store.lane(teamKey.id).standing()), outage: null })
      const before = await standing()
      const found = toFindings(await checkTeamKey(onBehalfOf(deps, request), teamKey))
      request.changedNothing = before === (await standing())
      return found
    },
  )
}
