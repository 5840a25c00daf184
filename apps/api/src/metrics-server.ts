import type { Log } from '@flightroster/core/log'
import type { Metrics } from '@flightroster/core/metrics'
import Fastify, { LogController } from 'fastify'

/** /metrics on a port of its own, where one is set. */
export async function startMetricsServer(
  config: { host: string; metricsPort: number | undefined },
  deps: { metrics: Metrics; log: Log },
): Promise<{ close(): Promise<void> } | undefined> {
  if (config.metricsPort === undefined) return undefined
  const app = Fastify({ loggerInstance: deps.log, logController: new LogController({ disableRequestLogging: true }) })
  app.get('/metrics', async (_request, reply) => {
    return reply.type(deps.metrics.contentType).send(await deps.metrics.text())
  })
  await app.listen({ host: config.host, port: config.metricsPort })
  return { close: () => app.close() }
}
