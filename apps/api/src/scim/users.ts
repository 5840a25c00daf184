import type { ScimUser } from '@flightroster/core/domain'
import type { ScimKey } from '@flightroster/core/store'
import {
  changeScimUser,
  createScimUser,
  deleteScimUser,
  noteOddOfUser,
  type OpenDirectory,
  type ScimUserDraft,
} from '@flightroster/core/usecases/scim'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { toJson } from '../plugins/half-letters.ts'
import type { AskedDeps } from '../on-behalf-of.ts'
import { anyId } from '../schemas/ids.ts'
import type { ApiServer } from '../server.ts'
import { bodyOf, contextOf, notFound, USER_LIMIT, type ScimContext } from './context.ts'
import { ScimFault, sendScim, SCIM_ROOT, streamScim } from './fault.ts'
import { attributesOf } from './filter.ts'
import { findPage, listHead, listQuery, listText, readQuery } from './lists.ts'
import { openList } from './open-list.ts'
import { readPatch } from './patch-request.ts'
import { patchResource } from './patch-user.ts'
import { project, readProjection } from './projection.ts'
import { openChange, SCIM_CHANGE, SCIM_ROUTE } from './route.ts'
import { patchBody, userBody, userList, userResource } from './shapes.ts'
import { isMappedWrong, replaceUser, toUserDraft, toUserResource, type UserGroup } from './user-resource.ts'

const params = z.object({ scimUserId: anyId })

const KEYS = new Map<string, ScimKey | 'id'>([
  ['id', 'id'],
  ['username', 'name'],
  ['externalid', 'externalId'],
  ['emails.value', 'email'],
  ['emails', 'email'],
])

/** Attributes that a filter may name without a word in the notes. */
const KNOWN = new Set(
  'id externalid username name displayname nickname title usertype active emails phonenumbers addresses groups meta schemas locale'.split(
    ' ',
  ),
)

/** SCIM's routes about users (RFC 7644, 3). */
export function userRoutes(app: ApiServer, deps: ApiDeps): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, status: number, user: ScimUser) => {
    const context = contextOf(deps, request)
    const [groups] = await groupsOf(context, [user])
    const projection = readProjection(request.query as object)
    const resource = toUserResource(user, groups ?? [], context.base)
    return sendScim(reply.header('location', `${context.base}/Users/${user.id}`), status, project(resource, projection))
  }
  const taken = () => new ScimFault(409, 'Another user has this userName.', 'uniqueness')

  app.get(
    `${SCIM_ROOT}/Users`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'listScimUsers',
        summary: 'List users of the identity provider',
        description: 'A filter that finds nobody is answered with an empty list.',
        querystring: listQuery,
        response: { 200: userList },
      },
      config: SCIM_ROUTE,
    },
    async (request, reply) => {
      const { query } = request
      const { context, window, filter } = await openList(deps, request, query, KNOWN)
      const namesGroups = filter !== undefined && attributesOf(filter).includes('groups')
      const toResources = async (users: readonly ScimUser[]) => {
        const groups = namesGroups ? await groupsOf(context, users) : []
        return users.map((user, at) => toUserResource(user, groups[at] ?? [], context.base))
      }
      const search = { records: context.directory.store.users, keys: KEYS, toResources, beginScan: context.beginScan }
      const { total, records } = await findPage(search, filter, window)
      const groups = await groupsOf(context, records)
      const projection = readProjection(query)
      const textOf = (user: ScimUser, at: number) =>
        toJson(project(toUserResource(user, groups[at] ?? [], context.base), projection))
      return streamScim(reply, 200, listText(listHead(total, window, records.length), records, textOf))
    },
  )

  app.post(
    `${SCIM_ROOT}/Users`,
    {
      bodyLimit: USER_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'createScimUser',
        summary: 'Make a user',
        description: 'A member of the rosters of their groups. The id of the answer is the member id.',
        response: { 201: userResource },
      },
      config: {
        ...SCIM_CHANGE,
        bodies: { 'application/scim+json': userBody },
        answerHeaders: { location: 'The user' },
      },
    },
    async (request, reply) => {
      const { asked, directory, emailAttribute } = openChange(deps, request)
      const user = await createScimUser(asked, directory, toUserDraft(bodyOf(request), emailAttribute))
      if (user === 'taken') throw taken()
      await noteMapping(asked, directory, user, emailAttribute)
      return send(request, reply, 201, user)
    },
  )

  app.get(
    `${SCIM_ROOT}/Users/:scimUserId`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'getScimUser',
        summary: 'Read a user',
        description: 'Also one who is switched off; after a deletion it is 404.',
        params,
        querystring: readQuery,
        response: { 200: userResource },
      },
      config: SCIM_ROUTE,
    },
    async (request, reply) => {
      const user = await contextOf(deps, request).directory.store.users.find(request.params.scimUserId)
      if (!user) throw notFound('User')
      return send(request, reply, 200, user)
    },
  )

  const change = async (
    request: FastifyRequest,
    reply: FastifyReply,
    to: (user: ScimUser, context: ScimContext) => ScimUserDraft | Promise<ScimUserDraft>,
  ) => {
    const { asked, ...context } = openChange(deps, request)
    const { scimUserId: id } = request.params as z.output<typeof params>
    const user = await changeScimUser(asked, context.directory, id, (known) => to(known, context), context.traceparent)
    if (user === 'missing') throw notFound('User')
    if (user === 'taken') throw taken()
    await noteMapping(asked, context.directory, user, context.emailAttribute)
    return send(request, reply, 200, user)
  }

  app.put(
    `${SCIM_ROOT}/Users/:scimUserId`,
    {
      bodyLimit: USER_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'replaceScimUser',
        summary: 'Replace a user',
        description: '`active: false` leaves every roster.',
        params,
        response: { 200: userResource },
      },
      config: { ...SCIM_CHANGE, bodies: { 'application/scim+json': userBody } },
    },
    async (request, reply) => {
      const body = bodyOf(request)
      return change(request, reply, (user, { emailAttribute }) => replaceUser(user, body, emailAttribute))
    },
  )

  app.patch(
    `${SCIM_ROOT}/Users/:scimUserId`,
    {
      bodyLimit: USER_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'patchScimUser',
        summary: 'Change a user',
        description: 'In the ways of all common providers: with and without paths, dotted names, booleans as text.',
        params,
        response: { 200: userResource },
      },
      config: { ...SCIM_CHANGE, bodies: { 'application/scim+json': patchBody } },
    },
    async (request, reply) => {
      const operations = readPatch(bodyOf(request))
      return change(request, reply, async (user, { emailAttribute }) =>
        // As with a PUT: who is switched off is not switched on by a change that takes `active` away.
        replaceUser(user, await patchResource(user.resource, operations), emailAttribute),
      )
    },
  )

  app.delete(
    `${SCIM_ROOT}/Users/:scimUserId`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'deleteScimUser',
        summary: 'Delete a user',
        description: 'Leaves every roster and group; 404 afterwards.',
        params,
        response: { 204: z.undefined() },
      },
      config: SCIM_CHANGE,
    },
    async (request, reply) => {
      const { asked, directory, traceparent } = openChange(deps, request)
      if (!(await deleteScimUser(asked, directory, request.params.scimUserId, traceparent))) throw notFound('User')
      return reply.code(204).send()
    },
  )
}

/** What stands there is somebody's data, and is not told. */
async function noteMapping(deps: AskedDeps, directory: OpenDirectory, user: ScimUser, attribute: string | undefined) {
  if (!isMappedWrong(user, attribute)) return
  const detail = `what ${attribute ?? ''} holds is no e-mail address; a member waits until there is one.`
  await noteOddOfUser(deps, directory, user.id, detail)
}

async function groupsOf({ directory }: ScimContext, users: readonly ScimUser[]): Promise<UserGroup[][]> {
  const { store } = directory
  const ids = await store.groupsOf(users.map(({ id }) => id))
  const all = [...new Set(ids.flat())]
  const found = new Map((await store.groups.findMany(all)).map((group, at) => [all[at], group]))
  return ids.map((some) => some.flatMap((id) => found.get(id) ?? []))
}
