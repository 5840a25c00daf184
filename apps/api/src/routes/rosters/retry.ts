import { retryFailed } from '@flightroster/core/usecases/members'
import { getRoster } from '@flightroster/core/usecases/rosters'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy, chargeBound } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'
import { rosterParams } from './schema.ts'

const retried = z.object({ retried: z.number().int() })
giveExample(retried, { retried: 3 })

export function retryRosterRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/rosters/:rosterId/retry',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'retryRoster',
        summary: 'Converge every failed member again',
        params: rosterParams,
        response: { 202: retried },
      },
      config: { scope: 'rosters:write', readsMuch: 'always' },
    },
    async (request, reply) => {
      const roster = await getRoster(deps, request.params.rosterId)
      const { failed } = await deps.store.members(roster.teamKey, roster.id).counts()
      if (failed > 0) await chargeBound(deps, request, roster.teamKey, failed)
      const retried = await retryFailed(askedBy(deps, request), roster)
      request.changedNothing = retried === 0
      return reply.code(202).send({ retried })
    },
  )
}
