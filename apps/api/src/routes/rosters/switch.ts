import { getRoster, describeRoster, pauseRoster, resumeRoster } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { roster, rosterParams, toRoster } from './schema.ts'

export function switchRosterRoutes(app: ApiServer, deps: ApiDeps): void {
  for (const [verb, change, summary] of [
    ['pause', pauseRoster, 'Pause a roster: changes are recorded, nothing is carried out'],
    ['resume', resumeRoster, 'Resume a roster'],
  ] as const) {
    app.post(
      `/v1/rosters/:rosterId/${verb}`,
      {
        schema: {
          tags: ['rosters'],
          operationId: `${verb}Roster`,
          summary,
          params: rosterParams,
          response: { 200: roster },
        },
        config: { scope: 'rosters:write', problems: ['conflict'] },
      },
      async (request) => {
        const { paused } = await getRoster(deps, request.params.rosterId)
        request.changedNothing = paused === (verb === 'pause')
        return toRoster(await describeRoster(deps, await change(deps, request.params.rosterId)))
      },
    )
  }
}
