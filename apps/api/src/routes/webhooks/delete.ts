import { deleteWebhook } from '@flightroster/core/usecases/callbacks'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { webhookParams } from './schema.ts'
import { reachWebhook } from './reach.ts'

export function deleteWebhookRoute(app: ApiServer, deps: ApiDeps): void {
  app.delete(
    '/v1/webhooks/:webhookId',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'deleteWebhook',
        summary: 'Delete a webhook, with what was on its way to it',
        params: webhookParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request, reply) => {
      await reachWebhook(deps, request, request.params.webhookId)
      await deleteWebhook(deps, request.params.webhookId)
      return reply.code(204).send()
    },
  )
}
