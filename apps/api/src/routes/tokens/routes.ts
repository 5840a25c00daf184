import type { ApiToken } from '@flightroster/core/store'
import { createToken, deleteToken, listTokens } from '@flightroster/core/usecases/tokens'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { SCOPES, type Scope } from '../../plugins/auth.ts'
import { anyId } from '../../schemas/ids.ts'
import { toTime, toTimeOrNull } from '../../schemas/instant.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { newToken, token, tokenBody } from './schema.ts'

export function tokenRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/v1/tokens',
    {
      schema: {
        tags: ['tokens'],
        operationId: 'createToken',
        summary: 'Make a token',
        description:
          'With scopes, and bound to some rosters or to all. A token bound to rosters sees and touches no other.',
        body: tokenBody,
        response: { 201: newToken },
      },
      config: { scope: 'admin' },
    },
    async (request, reply) => {
      const { token: text, record } = await createToken(deps, request.body)
      return reply.code(201).send({ ...toToken({ ...record, lastUsedAt: null }), token: text })
    },
  )
  app.get(
    '/v1/tokens',
    {
      schema: {
        tags: ['tokens'],
        operationId: 'listTokens',
        summary: 'List tokens',
        querystring: pageQuery,
        response: { 200: pageOf(token) },
      },
      config: { scope: 'admin' },
    },
    async (request) => {
      const { items, nextCursor } = pageFrom('tokens', await listTokens(deps), request.query)
      return { items: items.map(toToken), nextCursor }
    },
  )
  app.delete(
    '/v1/tokens/:tokenId',
    {
      schema: {
        tags: ['tokens'],
        operationId: 'deleteToken',
        summary: 'Take a token back',
        description: 'It is of no use from the next request on.',
        params: z.object({ tokenId: anyId }),
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin' },
    },
    async (request, reply) => {
      await deleteToken(deps, request.params.tokenId)
      return reply.code(204).send()
    },
  )
}

function toToken(record: ApiToken & { lastUsedAt: number | null }): z.output<typeof token> {
  return {
    id: record.id,
    name: record.name,
    scopes: record.scopes.filter((scope): scope is Scope => SCOPES.some((known) => known === scope)),
    rosters: record.rosters,
    ...(record.emailAttribute === undefined ? {} : { emailAttribute: record.emailAttribute }),
    createdAt: toTime(record.createdAt),
    lastUsedAt: toTimeOrNull(record.lastUsedAt),
  }
}
