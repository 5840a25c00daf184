import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'
import { useScim } from './context.ts'
import { discoveryRoutes } from './discovery.ts'
import { groupRoutes } from './groups.ts'
import { noteRefusal } from './note-refusal.ts'
import { userRoutes } from './users.ts'

/** SCIM 2.0 (RFC 7643, 7644): identity providers push people straight in. */
export function scimRoutes(app: ApiServer, deps: ApiDeps): void {
  app.register(async (scope: ApiServer) => {
    useScim(scope, (request, fault) => noteRefusal(deps, request, fault))
    discoveryRoutes(scope, deps)
    userRoutes(scope, deps)
    groupRoutes(scope, deps)
  })
}
