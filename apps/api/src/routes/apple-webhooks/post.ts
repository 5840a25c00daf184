import { receiveAppleWebhook } from '@flightroster/core/usecases/apple-webhooks'
import { z } from 'zod'
import { giveExample } from '../../schemas/example.ts'
import type { ApiDeps } from '../../deps.ts'
import type { ApiServer } from '../../server.ts'

const BODY_LIMIT = 64 * 1024

const params = z.object({ registrationId: z.string() })
const body = z.looseObject({ data: z.looseObject({ type: z.string(), id: z.string() }) })
giveExample(body, { data: { type: 'buildUploadStateUpdated', id: 'a1b2c3' } })
const answer = z.object({ status: z.enum(['ping', 'repeat', 'taken']) })

/** Where Apple posts what becomes of builds. Public: the signature over the body, as it came, tells who speaks. */
export function postAppleWebhook(app: ApiServer, deps: ApiDeps): void {
  app.register(async (scope: ApiServer) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
    scope.post(
      '/v1/apple-webhooks/:registrationId',
      {
        bodyLimit: BODY_LIMIT,
        schema: {
          tags: ['apple-webhooks'],
          operationId: 'receiveAppleWebhook',
          summary: 'Take a delivery of App Store Connect',
          description:
            'Signed by Apple: `x-apple-signature: hmacsha256=<64 hex>` over the raw body. A bad signature is 401, a repeat 200 without effect.',
          params,
          response: { 200: answer },
        },
        config: {
          scope: 'public',
          takesBody: true,
          bodies: { 'application/json': body },
          problems: ['signature_invalid', 'secret_unreadable'],
          headers: {
            'x-apple-signature': {
              description: 'Over the raw body, by the secret that was registered',
              example: `hmacsha256=${'0f'.repeat(32)}`,
              required: true,
            },
          },
        },
      },
      async (request) => {
        const signature = request.headers['x-apple-signature']
        const status = await receiveAppleWebhook(deps, {
          registration: request.params.registrationId,
          signature: typeof signature === 'string' ? signature : undefined,
          body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
        })
        request.log.info({ event: 'apple_webhook.received', registration: request.params.registrationId, status })
        return { status }
      },
    )
  })
}
