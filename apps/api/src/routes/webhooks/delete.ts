import { deleteWebhook } from '@flightroster/core/usecases/callbacks'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { mayReachAll } from '../../plugins/auth.ts'
import type { ApiServer } from '../../server.ts'
import { webhookParams } from './schema.ts'

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
      await deleteWebhook(deps, request.params.webhookId, ({ rosters }) => mayReachAll(request.caller, rosters))
      return reply.code(204).send()
    },
  )
}
