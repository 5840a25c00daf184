import { deleteRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from './schema.ts'
import { giveExample } from '../../schemas/example.ts'

const query = z.strictObject({
  testers: z
    .enum(['keep', 'remove'])
    .default('keep')
    .describe('keep: they stay in the group. remove: the roster is gone once the last of them is out'),
})

const begun = z.object({ roster: z.string(), status: z.literal('deleting') })
giveExample(begun, { roster: 'gold', status: 'deleting' })

export function deleteRosterRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/rosters/:rosterId',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'deleteRoster',
        summary: 'Delete a roster',
        params: rosterParams,
        querystring: query,
        response: { 202: begun, 204: z.undefined() },
      },
      config: { scope: 'admin' },
    },
    async (request, reply) => {
      const { rosterId: id } = request.params
      const before = await deps.store.rosters.find(id)
      const how = await deleteRoster(deps, { id, testers: request.query.testers })
      request.changedNothing = how === 'begun' && before?.deleting === true
      if (how === 'gone') return reply.code(204).send()
      return reply.code(202).send({ roster: id, status: 'deleting' as const })
    },
  )
}
