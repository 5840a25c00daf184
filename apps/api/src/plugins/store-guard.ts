import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

/** While the store does not answer, requests that need it fail at once: waiting requests would pile up behind it. */
export function useStoreGuard(app: ApiServer, deps: Pick<ApiDeps, 'health'>): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { scope } = request.routeOptions.config
    if (scope !== undefined && scope !== 'public') deps.health.assertReachable()
    done()
  })
}
