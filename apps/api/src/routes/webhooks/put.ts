import type { Webhook } from '@flightroster/core/domain'
import { listWebhooks, describeWebhook, putWebhook } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'
import { newWebhookParams, toWebhook, webhook, webhookBody, webhookWithSecret } from './schema.ts'
import { mayReachAll, refuseForeignRosters, shareOf } from '../../plugins/auth.ts'

export function putWebhookRoute(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/webhooks/:webhookId',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'putWebhook',
        summary: 'Make a webhook, or change it',
        description: 'The secret is told once, when it is made. A disabled webhook is active again afterwards.',
        params: newWebhookParams,
        body: webhookBody,
        response: { 200: webhook, 201: webhookWithSecret },
      },
      config: { scope: 'admin', isForBound: true, problems: ['url_not_allowed', 'conflict', 'limit_reached'] },
    },
    async (request, reply) => {
      const { webhookId: id } = request.params
      refuseForeignRosters(request.caller, request.body.rosters)
      const isOwn = (known: Webhook) => mayReachAll(request.caller, known.rosters)
      const before = (await listWebhooks(deps)).find((known) => known.id === id)
      const { webhook: record, secret } = await putWebhook(deps, {
        id,
        ...request.body,
        isOwn,
        share: shareOf(request.caller, isOwn),
      })
      request.changedNothing = secret === null && before !== undefined && settingsOf(before) === settingsOf(record)
      const view = toWebhook(await describeWebhook(deps, record))
      return secret === null ? reply.code(200).send(view) : reply.code(201).send({ ...view, secret })
    },
  )
}

const settingsOf = ({ url, types, rosters, includeEmail, includeLink = false }: Webhook) =>
  JSON.stringify([url, types, rosters, includeEmail, includeLink])
