import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { anyId } from '../schemas/ids.ts'
import type { ApiServer } from '../server.ts'
import { contextOf, notFound } from './context.ts'
import { resourceTypes, schemas, serviceProviderConfig } from './discovery-data.ts'
import { ScimFault, sendScim, SCIM_ROOT } from './fault.ts'
import { listHead } from './lists.ts'
import { SCIM_ROUTE } from './route.ts'
import { discovered, discoveryList } from './shapes.ts'

/** What a provider asks first: which parts of SCIM are spoken. */
export function discoveryRoutes(app: ApiServer, deps: ApiDeps): void {
  const describe = (operationId: string, summary: string) => ({ tags: ['scim'], operationId, summary })
  app.get(
    `${SCIM_ROOT}/ServiceProviderConfig`,
    {
      schema: {
        ...describe('getScimConfig', 'What of SCIM is spoken'),
        description: 'PATCH and filters; no bulk requests.',
        response: { 200: discovered },
      },
      config: SCIM_ROUTE,
    },
    async (request, reply) => sendScim(reply, 200, serviceProviderConfig(contextOf(deps, request).base)),
  )
  const lists = [
    { path: 'ResourceTypes', name: 'ScimResourceTypes', what: 'resource types', of: resourceTypes },
    { path: 'Schemas', name: 'ScimSchemas', what: 'schemas', of: schemas },
  ] as const
  for (const { path, name, what, of } of lists) {
    app.get(
      `${SCIM_ROOT}/${path}`,
      {
        schema: {
          ...describe(`list${name}`, `List the ${what} of SCIM`),
          description: 'As RFC 7643 has them.',
          response: { 200: discoveryList },
        },
        config: SCIM_ROUTE,
      },
      async (request, reply) => {
        // RFC 7644, 4: whoever filters here is told that it can't be done.
        if ((request.query as { filter?: string }).filter !== undefined)
          throw new ScimFault(403, 'These are not filtered.')
        const all = of(contextOf(deps, request).base)
        const window = { startIndex: 1, count: all.length }
        return sendScim(reply, 200, { ...listHead(all.length, window, all.length), Resources: all })
      },
    )
    app.get(
      `${SCIM_ROOT}/${path}/:scimName`,
      {
        schema: {
          ...describe(`get${name.slice(0, -1)}`, `Read one of the ${what} of SCIM`),
          description: 'As RFC 7643 has it.',
          params: z.object({ scimName: anyId }),
          response: { 200: discovered },
        },
        config: SCIM_ROUTE,
      },
      async (request, reply) => {
        const found = of(contextOf(deps, request).base).find(({ id }) => id === request.params.scimName)
        if (!found) throw notFound(path.slice(0, -1))
        return sendScim(reply, 200, found)
      },
    )
  }
}
