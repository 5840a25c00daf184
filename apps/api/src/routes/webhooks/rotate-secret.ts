import { describeWebhook, rotateSecret } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { toWebhook, webhookParams, webhookWithSecret } from './schema.ts'
import { reachWebhook } from './reach.ts'

export function rotateSecretRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/webhooks/:webhookId/rotate-secret',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'rotateWebhookSecret',
        summary: 'Get a new secret',
        description: 'For a day both secrets sign, so that a receiver can change over without losing anything.',
        params: webhookParams,
        response: { 200: webhookWithSecret },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => {
      await reachWebhook(deps, request, request.params.webhookId)
      const { webhook, secret } = await rotateSecret(deps, request.params.webhookId)
      return { ...toWebhook(await describeWebhook(deps, webhook)), secret }
    },
  )
}
