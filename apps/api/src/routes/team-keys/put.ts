import { describeTeamKey, putTeamKey } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { newTeamKeyParams, teamKey, teamKeyBody, toTeamKey } from './schema.ts'

export function putTeamKeyRoute(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/team-keys/:teamKeyId',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'putTeamKey',
        summary: 'Add a team key, or replace it',
        description: 'Replacing a key keeps its rosters, backlog and budget: a rotation without downtime.',
        params: newTeamKeyParams,
        body: teamKeyBody,
        response: { 200: teamKey, 201: teamKey },
      },
      config: { scope: 'admin', problems: ['private_key_invalid', 'conflict'] },
    },
    async (request, reply) => {
      const { teamKeyId: id } = request.params
      const { blocked } = await deps.store.lane(id).standing()
      const { created, isChanged, teamKey } = await putTeamKey(deps, { id, ...request.body })
      request.changedNothing = !isChanged && blocked === null
      return reply.code(created ? 201 : 200).send(toTeamKey(await describeTeamKey(deps, teamKey)))
    },
  )
}
