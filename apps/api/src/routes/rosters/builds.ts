import { listBuilds } from '@flightroster/core/usecases/rosters'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import { listedBuild, toListedBuild } from '../../schemas/build.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from './schema.ts'

export function listBuildsRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/rosters/:rosterId/builds',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'listBuilds',
        summary: "List the builds of the roster's group",
        description:
          '`usable`: external testers can install it right now. Apple is asked once a minute at most, whoever asks.',
        params: rosterParams,
        querystring: pageQuery,
        response: { 200: pageOf(listedBuild) },
      },
      config: {
        scope: 'rosters:read',
        problems: [
          'group_gone',
          'key_rejected',
          'key_forbidden',
          'agreement_required',
          'secret_unreadable',
          'apple_unavailable',
          'apple_unreachable',
        ],
      },
    },
    async (request) => {
      const { rosterId } = request.params
      const builds = await listBuilds(onBehalfOf(deps, request), rosterId)
      const page = pageFrom(
        `builds:${rosterId}`,
        builds.sort((a, b) => (a.id < b.id ? -1 : 1)),
        request.query,
      )
      return { items: page.items.map(toListedBuild), nextCursor: page.nextCursor }
    },
  )
}
