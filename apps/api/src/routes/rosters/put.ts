import type { Roster } from '@flightroster/core/domain'
import { describeRoster, putRoster } from '@flightroster/core/usecases/rosters'
import { bindScimGroup } from '@flightroster/core/usecases/scim'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { newRosterParams, putRoster as answer, rosterBody, toPutRoster, toRosterInput } from './schema.ts'

export function putRosterRoute(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/rosters/:rosterId',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'putRoster',
        summary: 'Create a roster, or change its rules',
        description:
          'App and group are resolved through Apple, and cannot be changed later. Findings that do not stop it come as `warnings`.',
        params: newRosterParams,
        body: rosterBody,
        response: { 200: answer, 201: answer },
      },
      config: {
        scope: 'admin',
        problems: [
          'group_in_use',
          'roster_bound',
          'conflict',
          'team_key_not_found',
          'app_not_found',
          'group_not_found',
          'group_ambiguous',
          'group_internal',
          'group_refused',
          'key_rejected',
          'key_forbidden',
          'agreement_required',
          'secret_unreadable',
          'apple_unavailable',
          'apple_unreachable',
        ],
      },
    },
    async (request, reply) => {
      const input = toRosterInput(request.params.rosterId, request.body)
      const mayOnly = request.caller.rosters === null ? undefined : 'rules'
      const before = await deps.store.rosters.find(input.id)
      const put = () => putRoster(onBehalfOf(deps, request), input, mayOnly)
      const { created, roster } = await bindScimGroup(deps, input.id, input.scimGroup, put)
      request.changedNothing = before !== undefined && settingsOf(before) === settingsOf(roster)
      return reply.code(created ? 201 : 200).send(toPutRoster(await describeRoster(deps, roster)))
    },
  )
}

/** Without what is noted of a roster by the way. */
function settingsOf(roster: Roster): string {
  const { updatedAt: _at, warnings: _warnings, warningsAt: _seen, supply: _supply, ...settings } = roster
  return JSON.stringify(Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)))
}
