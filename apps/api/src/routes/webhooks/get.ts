import { describeWebhook, listWebhooks } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { toWebhook, webhook, webhookParams } from './schema.ts'
import { reachWebhook } from './reach.ts'
import { mayReachAll } from '../../plugins/auth.ts'

export function listWebhooksRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/webhooks',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'listWebhooks',
        summary: 'List webhooks',
        querystring: pageQuery,
        response: { 200: pageOf(webhook) },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => {
      const page = pageFrom(
        'webhooks',
        (await listWebhooks(deps)).filter(({ rosters }) => mayReachAll(request.caller, rosters)),
        request.query,
      )
      const described = await Promise.all(page.items.map((record) => describeWebhook(deps, record)))
      return { items: described.map(toWebhook), nextCursor: page.nextCursor }
    },
  )
}

export function getWebhookRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/webhooks/:webhookId',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'getWebhook',
        summary: 'Read a webhook',
        params: webhookParams,
        response: { 200: webhook },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) =>
      toWebhook(await describeWebhook(deps, await reachWebhook(deps, request, request.params.webhookId))),
  )
}
