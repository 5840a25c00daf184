import { approveReconciliation, rejectReconciliation } from '@flightroster/core/usecases/reconcile'
import { assertSettled, getRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { decisionBody, reconciliation, reconciliationParams, toReconciliation } from './schema.ts'

export function decideReconciliationRoutes(app: ApiServer, deps: ApiDeps): void {
  for (const [verb, decide, summary] of [
    ['approve', approveReconciliation, 'Carry out the very plan that was shown'],
    ['reject', rejectReconciliation, 'Carry out nothing of a held plan'],
  ] as const) {
    app.post(
      `/v1/rosters/:rosterId/reconciliations/:reconciliationId/${verb}`,
      {
        schema: {
          tags: ['reconciliations'],
          operationId: `${verb}Reconciliation`,
          summary,
          params: reconciliationParams,
          body: decisionBody,
          response: { 200: reconciliation },
        },
        config: {
          scope: 'rosters:write',
          problems: ['conflict', ...(verb === 'approve' ? (['plan_changed'] as const) : [])],
        },
      },
      async (request) => {
        deps.health.assertTakesWrites()
        const { rosterId, reconciliationId: id } = request.params
        const roster = await getRoster(deps, rosterId)
        assertSettled(roster)
        const reason = request.body?.reason || null
        return toReconciliation(await decide(askedBy(deps, request), { roster, id, by: request.caller.id, reason }))
      },
    )
  }
}
