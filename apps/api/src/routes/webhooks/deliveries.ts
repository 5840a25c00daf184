import { listDeliveries, replayDelivery } from '@flightroster/core/usecases/callbacks'
import type { ApiDeps } from '../../deps.ts'
import { pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { delivery, deliveryParams, toDelivery, webhookParams } from './schema.ts'
import type { TellableFact } from '@flightroster/core/domain'
import { mayReadFact, reachWebhook, teamKeysOf } from './reach.ts'

export function listDeliveriesRoute(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/v1/webhooks/:webhookId/deliveries',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'listDeliveries',
        summary: 'List deliveries, newest first',
        description: 'Those that ended are kept for seven days, of each webhook at least the newest 1,000 of these.',
        params: webhookParams,
        querystring: pageQuery,
        response: { 200: pageOf(delivery) },
      },
      config: { scope: 'admin', isForBound: true, readsMuch: 'always' },
    },
    async (request) => {
      const { limit, cursor } = request.query
      const { webhookId: id } = request.params
      const list = `deliveries:${id}`
      await reachWebhook(deps, request, id)
      const after = readCursor(list, cursor)
      const keys = await teamKeysOf(deps, request.caller)
      const isShown = (fact: TellableFact) => mayReadFact(request.caller, keys, fact)
      const { items, next } = await listDeliveries(deps, id, { limit, after, isShown })
      return { items: items.map(toDelivery), nextCursor: next === null ? null : toCursor(list, next) }
    },
  )
}

export function replayDeliveryRoute(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/webhooks/:webhookId/deliveries/:deliveryId/replay',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'replayDelivery',
        summary: 'Send a delivery once more, under the same webhook-id',
        params: deliveryParams,
        response: { 202: delivery },
      },
      config: { scope: 'admin', isForBound: true, problems: ['webhook_disabled'] },
    },
    async (request, reply) => {
      const { webhookId, deliveryId } = request.params
      await reachWebhook(deps, request, webhookId)
      const keys = await teamKeysOf(deps, request.caller)
      const isOwn = (fact: TellableFact) => mayReadFact(request.caller, keys, fact)
      return reply.code(202).send(toDelivery(await replayDelivery(deps, webhookId, deliveryId, isOwn)))
    },
  )
}
