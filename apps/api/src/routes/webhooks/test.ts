import { testWebhook } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { delivery, toDelivery, webhookParams } from './schema.ts'

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
      config: { scope: 'admin', problems: ['webhook_disabled'] },
    },
    async (request, reply) => {
      return reply.code(202).send(toDelivery(await testWebhook(deps, request.params.webhookId)))
    },
  )
}
