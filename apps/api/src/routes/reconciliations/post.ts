import { startReconciliation } from '@flightroster/core/usecases/reconcile'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { chargedTo } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from '../rosters/schema.ts'
import { reconciliation, startBody, toReconciliation } from './schema.ts'

export function postReconciliationRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/rosters/:rosterId/reconciliations',
    {
      schema: {
        tags: ['reconciliations'],
        operationId: 'startReconciliation',
        summary: 'Reconcile the roster with its whole group',
        description:
          'What it says was read after it was asked for. One that waits already is joined (same id); one that is being read already is not, ' +
          'and a second one waits for it.',
        params: rosterParams,
        body: startBody.nullish(),
        response: { 202: reconciliation },
      },
      config: {
        scope: 'rosters:write',
        problems: ['conflict'],
        answerHeaders: { location: 'Where to read what it came to' },
      },
    },
    async (request, reply) => {
      deps.health.assertTakesWrites()
      const roster = await getRoster(deps, request.params.rosterId)
      assertSettled(roster)
      const begun = deps.clock.now()
      const record = await startReconciliation(chargedTo(deps, request, roster.teamKey), {
        roster,
        dryRun: request.body?.dryRun ?? false,
      })
      // One that waited already, or one that only reads.
      request.changedNothing = record.startedAt < begun || record.dryRun
      const location = `/v1/rosters/${encodeURIComponent(roster.id)}/reconciliations/${record.id}`
      return reply.code(202).header('location', location).send(toReconciliation(record))
    },
  )
}
