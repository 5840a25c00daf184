import { deleteRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from './schema.ts'

const query = z.strictObject({ testers: z.enum(['keep']).default('keep').describe('keep: they stay in the group') })

export function deleteRosterRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/rosters/:rosterId',
    {
      schema: {
        tags: ['rosters'],
        summary: 'Delete a roster',
        params: rosterParams,
        querystring: query,
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin' },
    },
    async (request, reply) => {
      await deleteRoster(deps, request.params.rosterId)
      return reply.code(204).send()
    },
  )
}
