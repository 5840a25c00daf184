import { testWebhook } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { delivery, toDelivery, webhookParams } from './schema.ts'
import { reachWebhook } from './reach.ts'

export function testWebhookRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/webhooks/:webhookId/test',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'testWebhook',
        summary: 'Send a webhook.test',
        params: webhookParams,
        response: { 202: delivery },
      },
      config: { scope: 'admin', isForBound: true, problems: ['webhook_disabled'] },
    },
    async (request, reply) => {
      await reachWebhook(deps, request, request.params.webhookId)
      request.changedNothing = true
      return reply.code(202).send(toDelivery(await testWebhook(deps, request.params.webhookId)))
    },
  )
}
