import { getRoster } from '@flightroster/core/usecases/rosters'
import { listScimGroups, previewScimGroup } from '@flightroster/core/usecases/scim'
import type { ApiDeps } from '../../deps.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { previewQuery, scimGroup, scimPreview, toScimGroup, toScimPreview } from './schema.ts'

/** What identity providers pushed, as whoever binds it to rosters sees it; the providers themselves speak SCIM. */
export function scimGroupRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/scim/groups',
    {
      schema: {
        tags: ['scim'],
        operationId: 'listPushedGroups',
        summary: 'List the groups that identity providers pushed, with the rosters that name them',
        description: 'A group does nothing until a roster names it (`scimGroup` in its settings).',
        querystring: pageQuery,
        response: { 200: pageOf(scimGroup) },
      },
      config: { scope: 'admin' },
    },
    async (request) => {
      const all = (await listScimGroups(deps)).map(toScimGroup).sort((a, b) => (a.id < b.id ? -1 : 1))
      return pageFrom('scim-groups', all, request.query)
    },
  )

  app.get(
    '/v1/scim/preview',
    {
      schema: {
        tags: ['scim'],
        operationId: 'previewScimGroup',
        summary: 'Say what a roster would do with the people of a group',
        description: 'As if `scimGroup` in the settings of the roster named this group from now on. Changes nothing.',
        querystring: previewQuery,
        response: { 200: scimPreview },
      },
      config: { scope: 'admin', problems: ['not_found'] },
    },
    async (request) => {
      const roster = await getRoster(deps, request.query.roster)
      return toScimPreview(roster, await previewScimGroup(deps, roster, request.query.group))
    },
  )
}
