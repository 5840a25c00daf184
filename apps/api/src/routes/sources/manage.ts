import { deleteSource, getSource, listSources, putSource, tryPayload } from '@flightroster/core/usecases/sources'
import type { ReceivedPayload, Source } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { mayReach, shareOf, type Caller } from '../../plugins/auth.ts'
import { pageFrom, pageOf, pageQuery, readCursor, toCursor } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { parseItem } from './parse-item.ts'
import { headersOf, payloadReader, RECEIVE_LIMIT } from './receive.ts'
import {
  newSourceParams,
  payload,
  receivedPayload,
  source,
  sourceBody,
  sourceParams,
  toMadeEvent,
  toReceivedPayload,
  toSource,
  trial,
} from './schema.ts'

/** Making, changing, trying and deleting sources: for an administrator, or for a bound one within its rosters. */
export function sourceRoutes(app: ApiServer, deps: ApiDeps): void {
  const view = (record: Source) => toSource(record, deps.publicUrl)
  const find = async (id: string, caller: Caller): Promise<Source> => {
    const found = await getSource(deps, id)
    if (!isReachable(found, caller)) throw new AppError('not_found', { message: `There is no source "${id}".` })
    return found
  }

  app.put(
    '/v1/sources/:sourceId',
    {
      schema: {
        tags: ['sources'],
        operationId: 'putSource',
        summary: 'Make a source, or change it',
        description:
          'A membership system that posts its own webhooks. Paste the `url` of the answer there. A changed secret leaves the former one good for a day.',
        params: newSourceParams,
        body: sourceBody,
        response: { 200: source, 201: source },
      },
      config: {
        scope: 'admin',
        isForBound: true,
        problems: [
          'public_url_missing',
          'map_invalid',
          'secret_missing',
          'source_kind_fixed',
          'conflict',
          'limit_reached',
        ],
      },
    },
    async (request, reply) => {
      const { sourceId: id } = request.params
      const { body, caller } = request
      const isOwn = (known: Source) => isReachable(known, caller)
      assertReach(body.rosters, caller)
      const {
        source: record,
        isNew,
        isChanged,
      } = await putSource(deps, {
        id,
        kind: body.kind,
        secret: body.secret,
        rosters: body.rosters,
        signature: body.kind === 'generic' ? body.signature : null,
        map: body.kind === 'generic' ? body.map : null,
        within: caller.rosters && [...caller.rosters],
        isOwn,
        share: shareOf(caller, isOwn),
      })
      request.changedNothing = !isChanged
      return reply.code(isNew ? 201 : 200).send(view(record))
    },
  )

  app.get(
    '/v1/sources',
    {
      schema: {
        tags: ['sources'],
        operationId: 'listSources',
        summary: 'List sources',
        querystring: pageQuery,
        response: { 200: pageOf(source) },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => {
      const all = (await listSources(deps)).filter((one) => isReachable(one, request.caller))
      const page = pageFrom('sources', all, request.query)
      return { items: page.items.map(view), nextCursor: page.nextCursor }
    },
  )

  app.get(
    '/v1/sources/:sourceId',
    {
      schema: {
        tags: ['sources'],
        operationId: 'getSource',
        summary: 'Read a source',
        params: sourceParams,
        response: { 200: source },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => view(await find(request.params.sourceId, request.caller)),
  )

  app.delete(
    '/v1/sources/:sourceId',
    {
      schema: {
        tags: ['sources'],
        operationId: 'deleteSource',
        summary: 'Delete a source',
        description: 'Its payloads are refused from now on. The members that it brought stay.',
        params: sourceParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request, reply) => {
      await deleteSource(deps, request.params.sourceId, (known) => isReachable(known, request.caller))
      return reply.code(204).send()
    },
  )

  app.get(
    '/v1/sources/:sourceId/received',
    {
      schema: {
        tags: ['sources'],
        operationId: 'listReceivedPayloads',
        summary: 'List what a source received lately',
        description: 'The last 200 payloads, newest first, without their content.',
        params: sourceParams,
        querystring: pageQuery,
        response: { 200: pageOf(receivedPayload) },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => {
      const { id } = await find(request.params.sourceId, request.caller)
      const { limit, cursor } = request.query
      const list = `received:${id}`
      const entries = await deps.store.sourceMemory(id).received()
      // New ones come in front, so a page goes on behind the last one that was shown.
      const after = readCursor(list, cursor)
      const from = after === undefined ? 0 : entries.findIndex((entry) => placeOf(entry) === after) + 1
      const items = entries.slice(from, from + limit)
      const last = items.at(-1)
      const nextCursor = last && from + limit < entries.length ? toCursor(list, placeOf(last)) : null
      return { items: items.map(toReceivedPayload), nextCursor }
    },
  )

  app.register(async (scope: ApiServer) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body)
    scope.post(
      '/v1/sources/:sourceId/try',
      {
        bodyLimit: RECEIVE_LIMIT,
        schema: {
          tags: ['sources'],
          operationId: 'tryPayload',
          summary: 'See what a recorded payload would do',
          description: 'The payload as the membership system sent it. Nothing is recorded, and no signature is needed.',
          params: sourceParams,
          response: { 200: trial },
        },
        config: {
          scope: 'admin',
          isForBound: true,
          takesBody: true,
          bodies: { 'application/json': payload },
          problems: ['payload_not_understood', 'body_too_large'],
        },
      },
      async (request) => {
        request.changedNothing = true
        const { id } = await find(request.params.sourceId, request.caller)
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const sent = { headers: headersOf(request), body }
        const { events, ignored } = await tryPayload(
          { ...deps, parseItem, parseJson: payloadReader(app, request) },
          id,
          sent,
        )
        return { events: events.map(toMadeEvent), ignored: ignored.map((reason) => ({ reason })) }
      },
    )
  })
}

/** A bound token can name its own rosters only. */
function assertReach(rosters: Record<string, string>, caller: Caller): void {
  const foreign = Object.values(rosters).find((roster) => !mayReach(caller, roster))
  if (foreign !== undefined) throw new AppError('not_found', { message: `There is no roster "${foreign}".` })
}

const placeOf = ({ at, id, status }: ReceivedPayload) => `${at} ${status} ${id}`

/** A bound token reaches what can touch its rosters alone. */
function isReachable({ within, rosters }: Source, caller: Caller): boolean {
  if (caller.rosters === null) return true
  const reach = [...(within ?? []), ...Object.values(rosters)]
  return within !== null && reach.every((roster) => mayReach(caller, roster))
}
