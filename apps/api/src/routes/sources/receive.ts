import { receivePayload } from '@flightroster/core/usecases/sources'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { askedBy } from '../../on-behalf-of.ts'
import { measureJson, parseJson } from '../../plugins/body-parsers.ts'
import { JSON_BOUNDS, type JsonBounds } from '../../plugins/json-shape.ts'
import { createMinuteLimit } from '../../plugins/rate-limit.ts'
import { withinStorePatience } from '../../plugins/store-patience.ts'
import type { ApiServer } from '../../server.ts'
import { parseItem } from './parse-item.ts'
import { payload, receivedAnswer } from './schema.ts'

export const RECEIVE_LIMIT = 1024 * 1024

/** A payload is its sender's: it may hold the text of a whole page. */
const BOUNDS: JsonBounds = { ...JSON_BOUNDS, run: Infinity }
const params = z.object({ sourceId: z.string() })

/** Where membership systems post to. Public: the signature over the body, as it came, tells who speaks. */
export function receiveRoute(app: ApiServer, deps: ApiDeps): void {
  const admit = createMinuteLimit(deps.rateLimitPerMinute, deps.clock)
  app.register(async (scope: ApiServer) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
    scope.post(
      '/v1/sources/:sourceId/receive',
      {
        bodyLimit: RECEIVE_LIMIT,
        schema: {
          tags: ['sources'],
          operationId: 'receivePayload',
          summary: 'Take a payload of a membership system',
          description:
            'Signed as that system signs. 200 once everything is recorded; anything else: it may be sent again, and has one effect.',
          params,
          response: { 200: receivedAnswer },
        },
        config: {
          scope: 'public',
          takesBody: true,
          isTraced: true,
          bodies: { 'application/json': payload },
          problems: [
            'secret_unreadable',
            'signature_invalid',
            'payload_not_understood',
            'body_too_large',
            'rate_limited',
            'store_unavailable',
          ],
        },
      },
      async (request) => {
        deps.health.assertTakesWrites()
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const sent = { headers: headersOf(request), body }
        const work = receivePayload(
          {
            ...askedBy(deps, request, `source:${request.params.sourceId}`),
            admit,
            parseItem,
            parseJson: payloadReader(app, request),
          },
          request.params.sourceId,
          sent,
          request.span?.traceparent,
        )
        const { accepted, ignored } = await withinStorePatience(work, deps.storePatienceMs)
        return { accepted, ignored: ignored.length }
      },
    )
  })
}

export function headersOf({ headers }: Pick<FastifyRequest, 'headers'>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]),
  )
}

/** Within the bounds of any body, and in its turn. */
export function payloadReader(app: ApiServer, request: FastifyRequest): (body: Buffer) => Promise<unknown> {
  return (body) =>
    app.bodyTurns.take(request, body.length, async (step) => {
      await measureJson(body, BOUNDS, step)
      return step(() => parseJson(body.toString('utf8')))
    })
}
