import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { giveExample } from '../../schemas/example.ts'

const healthy = z.object({ status: z.literal('ok') })
const ready = z.object({ status: z.enum(['ready', 'draining', 'unready']), detail: z.string() })
giveExample(ready, { status: 'ready', detail: 'The store answers and takes writes.' })

const metricsText = {
  description: 'Text for Prometheus',
  content: { 'text/plain': { schema: z.string().meta({ examples: ['flightroster_store_usable 1\n'] }) } },
}

/** Alive: the process answers. Nothing else is asked, or an outage of the store would have it restarted. */
export function healthzRoute(app: ApiServer): void {
  app.get(
    '/healthz',
    {
      schema: { tags: ['operations'], operationId: 'getHealth', summary: 'Alive', response: { 200: healthy } },
      config: { scope: 'public' },
    },
    async () => ({ status: 'ok' as const }),
  )
}

export function readyzRoute(app: ApiServer, deps: Pick<ApiDeps, 'health'>): void {
  app.get(
    '/readyz',
    {
      schema: {
        tags: ['operations'],
        operationId: 'getReadiness',
        summary: 'Ready for requests',
        response: { 200: ready, 503: ready.describe('Send no requests now; `detail` says why') },
      },
      config: { scope: 'public' },
    },
    async (_request, reply) => {
      if (app.isDraining()) {
        return reply.code(503).send({ status: 'draining' as const, detail: 'This process is shutting down.' })
      }
      const { state, detail } = await deps.health.check()
      if (state === 'usable') return reply.code(200).send({ status: 'ready' as const, detail })
      return reply.code(503).send({ status: 'unready' as const, detail })
    },
  )
}

export function metricsRoute(app: ApiServer, deps: Pick<ApiDeps, 'metrics'>): void {
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['operations'],
        operationId: 'getMetrics',
        summary: 'Prometheus metrics',
        response: { 200: metricsText },
      },
      config: { scope: 'public' },
    },
    async (_request, reply) => {
      const text = await deps.metrics.text()
      // Long, and nobody needs a token for it: one a turn, so that what others send goes between.
      await app.leisure.turn()
      return reply.type(deps.metrics.contentType).send(text)
    },
  )
}
