import { registerAppleWebhook, removeAppleWebhook } from '@flightroster/core/usecases/apple-webhooks'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { onBehalfOf } from '../../on-behalf-of.ts'
import type { ApiServer } from '../../server.ts'
import { rosterParams } from '../rosters/schema.ts'
import { appleWebhook, toAppleWebhook } from './schema.ts'

const APPLE_PROBLEMS = [
  'key_rejected',
  'key_forbidden',
  'agreement_required',
  'secret_unreadable',
  'apple_refused',
  'apple_unavailable',
  'apple_unreachable',
] as const

export function registerAppleWebhookRoutes(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/rosters/:rosterId/apple-webhook',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'putAppleWebhook',
        summary: "Have Apple tell at once what becomes of the app's builds",
        description:
          "Registers one webhook with Apple for the roster's app, or goes on with the one there is: one serves all rosters of an app. Needs `PUBLIC_URL`.",
        params: rosterParams,
        response: { 200: appleWebhook, 201: appleWebhook },
      },
      config: { scope: 'rosters:write', problems: ['public_url_missing', 'conflict', ...APPLE_PROBLEMS] },
    },
    async (request, reply) => {
      const { created, webhook } = await registerAppleWebhook(onBehalfOf(deps, request), request.params.rosterId)
      request.changedNothing = !created
      return reply.code(created ? 201 : 200).send(toAppleWebhook(webhook))
    },
  )

  app.delete(
    '/v1/rosters/:rosterId/apple-webhook',
    {
      schema: {
        tags: ['rosters'],
        operationId: 'deleteAppleWebhook',
        summary: "Take back the webhook registered with Apple for the roster's app",
        description: 'It stays while another roster of the app uses it.',
        params: rosterParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'rosters:write', problems: [...APPLE_PROBLEMS] },
    },
    async (request, reply) => {
      await removeAppleWebhook(onBehalfOf(deps, request), request.params.rosterId)
      return reply.code(204).send()
    },
  )
}
