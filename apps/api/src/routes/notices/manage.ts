import type { Notice } from '@flightroster/core/domain'
import {
  deleteNotice,
  describeNotice,
  getNotice,
  listNotices,
  noticeNotFound,
  putNotice,
  testNotice,
} from '@flightroster/core/usecases/notices'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { mayReachAll, refuseForeignRosters, shareOf } from '../../plugins/auth.ts'
import { pageFrom, pageOf, pageQuery } from '../../schemas/paging.ts'
import type { ApiServer } from '../../server.ts'
import { newNoticeParams, notice, noticeBody, noticeParams, toNotice } from './schema.ts'

/** Where people are told what needs them, and when it is over. A token bound to rosters looks after those of its rosters alone. */
export function noticeRoutes(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/v1/notices/:noticeId',
    {
      schema: {
        tags: ['notices'],
        operationId: 'putNotice',
        summary: 'Make a notice, or change it',
        description:
          'One message when something begins and one when it is over, with a link into the console. The first goes at once; what comes ' +
          'within a minute after it is one message with counts. Neither an address nor a name of a member is in it.',
        params: newNoticeParams,
        body: noticeBody,
        response: { 200: notice, 201: notice },
      },
      config: {
        scope: 'admin',
        isForBound: true,
        problems: ['url_not_allowed', 'address_invalid', 'conflict', 'limit_reached'],
      },
    },
    async (request, reply) => {
      const { noticeId: id } = request.params
      refuseForeignRosters(request.caller, request.body.rosters)
      const isOwn = (known: Notice) => mayReachAll(request.caller, known.rosters)
      const {
        notice: record,
        isNew,
        isSame,
      } = await putNotice(deps, { id, ...request.body, isOwn, share: shareOf(request.caller, isOwn) })
      request.changedNothing = isSame
      return reply.code(isNew ? 201 : 200).send(toNotice(await describeNotice(deps, record)))
    },
  )

  app.get(
    '/v1/notices',
    {
      schema: {
        tags: ['notices'],
        operationId: 'listNotices',
        summary: 'List notices',
        querystring: pageQuery,
        response: { 200: pageOf(notice) },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => {
      const own = (await listNotices(deps)).filter(({ rosters }) => mayReachAll(request.caller, rosters))
      const page = pageFrom('notices', own, request.query)
      const described = await Promise.all(page.items.map((record) => describeNotice(deps, record)))
      return { items: described.map(toNotice), nextCursor: page.nextCursor }
    },
  )

  app.get(
    '/v1/notices/:noticeId',
    {
      schema: {
        tags: ['notices'],
        operationId: 'getNotice',
        summary: 'Read a notice',
        params: noticeParams,
        response: { 200: notice },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request) => toNotice(await describeNotice(deps, await reach(deps, request, request.params.noticeId))),
  )

  app.delete(
    '/v1/notices/:noticeId',
    {
      schema: {
        tags: ['notices'],
        operationId: 'deleteNotice',
        summary: 'Delete a notice, with what was on its way to it',
        params: noticeParams,
        response: { 204: z.undefined() },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request, reply) => {
      await deleteNotice(deps, request.params.noticeId, ({ rosters }) => mayReachAll(request.caller, rosters))
      return reply.code(204).send()
    },
  )

  app.post(
    '/v1/notices/:noticeId/test',
    {
      schema: {
        tags: ['notices'],
        operationId: 'testNotice',
        summary: 'Send a message to see whether notices arrive',
        description: 'See `lastSent` and `lastError` of the notice for what came of it.',
        params: noticeParams,
        response: { 202: notice },
      },
      config: { scope: 'admin', isForBound: true },
    },
    async (request, reply) => {
      await reach(deps, request, request.params.noticeId)
      request.changedNothing = true
      return reply.code(202).send(toNotice(await testNotice(deps, request.params.noticeId)))
    },
  )
}

/** The notice, where it is the caller's to see; otherwise as if it were not there. */
async function reach(deps: ApiDeps, { caller }: FastifyRequest, id: string): Promise<Notice> {
  const found = await getNotice(deps, id)
  if (!mayReachAll(caller, found.rosters)) throw noticeNotFound(id)
  return found
}
