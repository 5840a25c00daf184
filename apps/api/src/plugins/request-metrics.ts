import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

/** Counts by route pattern: a path may hold an address. */
export function useRequestMetrics(app: ApiServer, deps: Pick<ApiDeps, 'metrics'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none'
    deps.metrics.httpDuration.observe(
      { method: request.method, route, status: String(reply.statusCode) },
      reply.elapsedTime / 1000,
    )
    request.log.debug(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request.done',
    )
    done()
  })
}
