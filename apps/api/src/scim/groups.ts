import type { ScimGroup } from '@flightroster/core/domain'
import type { ScimKey } from '@flightroster/core/store'
import {
  changeScimGroup,
  createScimGroup,
  deleteScimGroup,
  noteOddOfGroup,
  type OpenDirectory,
} from '@flightroster/core/usecases/scim'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { anyId } from '../schemas/ids.ts'
import type { ApiServer } from '../server.ts'
import { bodyOf, contextOf, GROUP_LIMIT, notFound, type ScimContext } from './context.ts'
import { ScimFault, SCIM_ROOT, streamScim } from './fault.ts'
import { comparedWith, equalitiesOf, type Filter } from './filter.ts'
import { groupText, readGroupName, readExternalId, toGroupDraft, toGroupHead } from './group-resource.ts'
import { findPage, listHead, listQuery, readQuery, type Page, type Window } from './lists.ts'
import { openList } from './open-list.ts'
import { readGroupPatch } from './patch-group.ts'
import { readGroupOperations } from './patch-request.ts'
import { readProjection, type Projection } from './projection.ts'
import { openChange, SCIM_CHANGE, SCIM_ROUTE } from './route.ts'
import { groupBody, groupList, groupResource, patchBody } from './shapes.ts'

const params = z.object({ scimGroupId: anyId })
/** Ids that the store is asked about in one step. */
const ASKED_AT_ONCE = 500

const KEYS = new Map<string, ScimKey | 'id'>([
  ['id', 'id'],
  ['displayname', 'name'],
  ['externalid', 'externalId'],
])
const KNOWN = new Set(['id', 'displayname', 'externalid', 'members', 'meta', 'schemas'])

/** SCIM's routes about groups (RFC 7644, 3). */
export function groupRoutes(app: ApiServer, deps: ApiDeps): void {
  const send = (request: FastifyRequest, reply: FastifyReply, status: number, group: ScimGroup) => {
    const { directory, base } = contextOf(deps, request)
    const text = groupText(directory, group, base, readProjection(request.query as object))
    return streamScim(reply.header('location', `${base}/Groups/${group.id}`), status, text)
  }

  const taken = () =>
    new ScimFault(
      409,
      'The group is here already: another one has this externalId, or this name and none.',
      'uniqueness',
    )

  app.get(
    `${SCIM_ROOT}/Groups`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'listScimGroups',
        summary: 'List groups of the identity provider',
        description: '`excludedAttributes=members` leaves the people out.',
        querystring: listQuery,
        response: { 200: groupList },
      },
      config: SCIM_ROUTE,
    },
    async (request, reply) => {
      const { query } = request
      const { context, window, filter } = await openList(deps, request, query, KNOWN)
      const page = await findGroupPage(context, filter, window)
      return streamScim(reply, 200, listText(context, page, window, readProjection(query)))
    },
  )

  app.post(
    `${SCIM_ROOT}/Groups`,
    {
      bodyLimit: GROUP_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'createScimGroup',
        summary: 'Make a group',
        description: 'Kept, and does nothing until a roster names it (`scimGroup` in its settings).',
        querystring: readQuery,
        response: { 201: groupResource },
      },
      config: {
        ...SCIM_CHANGE,
        bodies: { 'application/scim+json': groupBody },
        answerHeaders: { location: 'The group' },
      },
    },
    async (request, reply) => {
      const { asked, directory, traceparent } = openChange(deps, request)
      const { members = [], ...draft } = toGroupDraft(bodyOf(request))
      const group = await createScimGroup(asked, directory, draft, new Set(members), traceparent)
      if (group === 'taken') throw taken()
      return send(request, reply, 201, group)
    },
  )

  app.get(
    `${SCIM_ROOT}/Groups/:scimGroupId`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'getScimGroup',
        summary: 'Read a group',
        description: '`excludedAttributes=members` leaves the people out.',
        params,
        querystring: readQuery,
        response: { 200: groupResource },
      },
      config: SCIM_ROUTE,
    },
    async (request, reply) => {
      const group = await contextOf(deps, request).directory.store.groups.find(request.params.scimGroupId)
      if (!group) throw notFound('Group')
      return send(request, reply, 200, group)
    },
  )

  app.put(
    `${SCIM_ROOT}/Groups/:scimGroupId`,
    {
      bodyLimit: GROUP_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'replaceScimGroup',
        summary: 'Replace a group with its people',
        description:
          'One that would take away more people than the guard of a roster allows is answered as done; they stay on the roster until a person approves.',
        params,
        querystring: readQuery,
        response: { 200: groupResource },
      },
      config: { ...SCIM_CHANGE, bodies: { 'application/scim+json': groupBody } },
    },
    async (request, reply) => {
      const { asked, directory, traceparent } = openChange(deps, request)
      const { members, ...draft } = toGroupDraft(bodyOf(request))
      // A list that is not there says nothing of who is in; an empty one does.
      const delta = members && { isWhole: true, add: new Set(members), remove: new Set<string>() }
      const { scimGroupId: id } = request.params
      const group = await changeScimGroup(asked, directory, id, () => draft, delta, traceparent)
      if (group === 'missing') throw notFound('Group')
      if (group === 'taken') throw taken()
      return send(request, reply, 200, group)
    },
  )

  app.patch(
    `${SCIM_ROOT}/Groups/:scimGroupId`,
    {
      bodyLimit: GROUP_LIMIT,
      schema: {
        tags: ['scim'],
        operationId: 'patchScimGroup',
        summary: 'Change a group',
        description:
          'Each person who comes or goes is an event of their own. Somebody whom nobody knows sinks nobody else. Answered with the group where `attributes` are asked for.',
        params,
        querystring: readQuery,
        response: { 200: groupResource, 204: z.undefined() },
      },
      config: { ...SCIM_CHANGE, bodies: { 'application/scim+json': patchBody } },
    },
    async (request, reply) => {
      const { asked, directory, traceparent } = openChange(deps, request)
      const { scimGroupId: id } = request.params
      const patch = await readGroupPatch(readGroupOperations(bodyOf(request)))
      await assertTargets(directory, id, patch.targets)
      const name = patch.displayName === undefined ? undefined : readGroupName(patch.displayName)
      const ownId = patch.externalId === undefined ? undefined : readExternalId(patch.externalId)
      const group = await changeScimGroup(
        asked,
        directory,
        id,
        ({ displayName, externalId }) => ({
          displayName: name ?? displayName,
          externalId: ownId === undefined ? externalId : ownId,
        }),
        patch.members,
        traceparent,
      )
      if (group === 'missing') throw notFound('Group')
      if (group === 'taken') throw taken()
      if (patch.ignored.length > 0) {
        await noteOddOfGroup(asked, directory, group, `a change was left out: ${patch.ignored.slice(0, 5).join('; ')}.`)
      }
      // RFC 7644, 3.5.2: who asks for attributes is answered with them.
      if (request.query.attributes !== undefined) return send(request, reply, 200, group)
      return reply.code(204).send()
    },
  )

  app.delete(
    `${SCIM_ROOT}/Groups/:scimGroupId`,
    {
      schema: {
        tags: ['scim'],
        operationId: 'deleteScimGroup',
        summary: 'Delete a group',
        description: 'Counts as emptying it: people of a roster that names it stay there until a person approves.',
        params,
        response: { 204: z.undefined() },
      },
      config: SCIM_CHANGE,
    },
    async (request, reply) => {
      const { asked, directory, traceparent } = openChange(deps, request)
      if (!(await deleteScimGroup(asked, directory, request.params.scimGroupId, traceparent))) throw notFound('Group')
      return reply.code(204).send()
    },
  )
}

/** A replace by a filter that nobody fits has no target (RFC 7644, 3.5.2.3). Throws noTarget. */
async function assertTargets({ store }: OpenDirectory, groupId: string, targets: readonly string[][]): Promise<void> {
  if (targets.length === 0 || !(await store.groups.find(groupId))) return
  const members = new Set<string>()
  const named = [...new Set(targets.flat())]
  for (let from = 0; from < named.length; from += ASKED_AT_ONCE)
    for (const id of await store.whoIsIn(groupId, named.slice(from, from + ASKED_AT_ONCE))) members.add(id)
  if (targets.every((ids) => ids.some((id) => members.has(id)))) return
  throw new ScimFault(400, 'Nobody in the group fits the filter.', 'noTarget')
}

/** Whether somebody is in a group is asked of the store for those whom the filter names: no group is read for it. */
async function findGroupPage(
  { directory, base, beginScan }: ScimContext,
  filter: Filter | undefined,
  window: Window,
): Promise<Page<ScimGroup>> {
  const { store } = directory
  const named = [...new Set(filter ? comparedWith(filter, 'members') : [])]
  if (named.includes(undefined)) throw new ScimFault(400, 'Members are found by their value, with eq.', 'invalidFilter')
  const ids = named.filter((id) => id !== undefined)
  const toResources = (groups: readonly ScimGroup[]) =>
    Promise.all(
      groups.map(async (group) => ({
        ...toGroupHead(group, base),
        members: (await store.whoIsIn(group.id, ids)).map((value) => ({ value, type: 'User' })),
      })),
    )
  const search = { records: store.groups, keys: KEYS, toResources, beginScan }
  const [member] = filter ? equalitiesOf(filter).filter(({ path }) => MEMBER_PATHS.has(path)) : []
  if (!member) return findPage(search, filter, window)
  const [groupIds = []] = await store.groupsOf([member.value])
  const groups = (await store.groups.findMany(groupIds)).filter((group) => group !== undefined)
  return findPage(search, filter, window, groups)
}

const MEMBER_PATHS = new Set(['members', 'members.value'])

async function* listText(
  { directory, base }: ScimContext,
  { total, records }: Page<ScimGroup>,
  window: Window,
  projection: Projection,
): AsyncGenerator<string, void> {
  yield `${JSON.stringify(listHead(total, window, records.length)).slice(0, -1)},"Resources":[`
  for (const [at, group] of records.entries()) {
    if (at > 0) yield ','
    yield* groupText(directory, group, base, projection)
  }
  yield ']}'
}
