import type { Span } from '@flightroster/core/tracing'
import type { ApiDeps } from '../deps.ts'
import type { ApiServer } from '../server.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True: the request begins a trace, or carries the caller's on. */
    isTraced?: boolean
  }
  interface FastifyRequest {
    /** Null where nothing is traced. */
    span: Span | null
  }
}

/** Spans of the requests that change members, by route pattern: a path may hold an address. */
export function useTracing(app: ApiServer, deps: Pick<ApiDeps, 'tracing'>): void {
  const { start } = deps.tracing
  app.decorateRequest('span', null)
  if (start === null) return
  app.addHook('onRequest', (request, _reply, done) => {
    const { config, url } = request.routeOptions
    if (config.isTraced && url !== undefined) {
      const parent = request.headers['traceparent']
      request.span = start(`${request.method} ${url}`, {
        kind: 'server',
        parent: typeof parent === 'string' ? parent : undefined,
        attributes: { 'http.request.method': request.method, 'http.route': url },
      })
    }
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    request.span?.set({ 'http.response.status_code': reply.statusCode })
    if (reply.statusCode >= 500) request.span?.fail(String(reply.statusCode))
    request.span?.end()
    done()
  })
}
