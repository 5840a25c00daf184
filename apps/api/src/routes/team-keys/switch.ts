import { describeTeamKey, getTeamKey } from '@flightroster/core/usecases/team-keys'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { teamKey, teamKeyParams, toTeamKey } from './schema.ts'

/** Pause and resume of the whole lane. */
export function switchLaneRoutes(app: ApiServer, deps: ApiDeps): void {
  for (const [verb, summary] of [
    ['pause', 'Stop the lane: changes are recorded, nothing is carried out'],
    ['resume', 'Let the lane go on'],
  ] as const) {
    app.post(
      `/v1/team-keys/:teamKeyId/${verb}`,
      {
        schema: {
          tags: ['team-keys'],
          operationId: `${verb}TeamKey`,
          summary,
          params: teamKeyParams,
          response: { 200: teamKey },
        },
        config: { scope: 'admin' },
      },
      async (request) => {
        const record = await getTeamKey(deps, request.params.teamKeyId)
        const { paused } = await deps.store.lane(record.id).standing()
        request.changedNothing = paused === (verb === 'pause')
        await deps.lanes[verb](record.id)
        return toTeamKey(await describeTeamKey(deps, record))
      },
    )
  }
}
