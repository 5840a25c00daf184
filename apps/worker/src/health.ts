import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { StoreReport } from '@flightroster/core/store'
import type { Metrics } from '@flightroster/core/metrics'

/** Answers /healthz, /readyz and /metrics of a worker. */
export interface HealthServer {
  port: number
  close(): Promise<void>
}

/** /healthz, /readyz and /metrics of a worker, on WORKER_PORT. */
export async function startHealthServer(options: {
  host: string
  port: number
  metrics: Metrics
  report: () => StoreReport
  draining: () => boolean
}): Promise<HealthServer> {
  const server: Server = createServer((request, response) => {
    const answer = (status: number, body: string, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type }).end(body)
    }
    switch (new URL(request.url ?? '/', 'http://worker').pathname) {
      case '/healthz':
        return answer(200, '{"status":"alive"}')
      case '/readyz': {
        const { state, detail } = options.report()
        const ready = state === 'usable' && !options.draining()
        return answer(ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'not_ready', detail }))
      }
      case '/metrics':
        options.metrics.text().then(
          (text) => answer(200, text, options.metrics.contentType),
          () => answer(500, '{"status":"error"}'),
        )
        return undefined
      default:
        return answer(404, '{"status":"not_found"}')
    }
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : options.port,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await Promise.resolve()
    },
  }
}
