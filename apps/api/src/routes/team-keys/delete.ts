import { deleteTeamKey } from '@flightroster/core/usecases/team-keys'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { teamKeyParams } from './schema.ts'

export function deleteTeamKeyRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/team-keys/:teamKeyId',
    {
      schema: {
        tags: ['team-keys'],
        operationId: 'deleteTeamKey',
        summary: 'Delete a team key that no roster uses',
        params: teamKeyParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin', problems: ['team_key_in_use'] },
    },
    async (request, reply) => {
      await deleteTeamKey(deps, request.params.teamKeyId)
      return reply.code(204).send()
    },
  )
}
