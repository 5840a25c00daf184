import { AppleError, bareForbidden, entityError, notFound, roleForbidden, stateError } from '../errors.ts'
import { mayManage } from '../keys.ts'
import { done } from '../operation.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { pageByCount } from '../paging.ts'
import type { AppRecord, BuildRecord, GroupRecord } from '../records.ts'
import { checkChunk, unknownRelated } from '../refusals.ts'
import { findApp, findBuild } from '../resources.ts'
import { list, single } from '../serialize.ts'
import { attach, checkAttachable, detach } from './build-lists.ts'
import { filtered, instance, pathRow, sorted, toMany, toOne } from './related.ts'
import { addToGroup, removeFromGroup } from './tester-lists.ts'

const shape = {
  include: ['app', 'builds', 'betaTesters'],
  fields: ['betaGroups', 'apps', 'builds', 'betaTesters'],
  limits: { betaTesters: 50, builds: 1000 },
} as const

const flags = ['true', 'false'] as const

const collection: Operation = {
  method: 'GET',
  path: '/v1/betaGroups',
  parameters: {
    ...shape,
    filters: { name: null, isInternalGroup: flags, publicLinkEnabled: flags, app: null, builds: null, id: null },
    sort: ['name', '-name', 'createdDate', '-createdDate'],
    limit: true,
  },
  handle: (call) => {
    const keep = filtered<GroupRecord>(call, {
      name: (group) => group.name,
      isInternalGroup: (group) => String(group.isInternalGroup),
      publicLinkEnabled: (group) => String(group.publicLinkEnabled),
      app: (group) => group.appId,
      id: (group) => group.id,
    })
    const builds = call.query.list('filter[builds]')
    const all = call.world.appsOf(call.issuerId).flatMap((app) => groupsOf(call, app))
    const wanted = all.filter((group) => keep(group) && (!builds || builds.some((id) => group.builds.has(id))))
    const rows = sorted(call, wanted, { name: (group) => group.name, createdDate: (group) => group.createdAt })
    return { status: 200, body: list('betaGroups', pageByCount(rows, call.query), call) }
  },
}

function groupsOf(call: Call, app: AppRecord): GroupRecord[] {
  return [...app.groups.keys()].flatMap((id) => call.world.groups.get(id) ?? [])
}

const settable = {
  publicLinkEnabled: { type: 'boolean', nullable: true },
  publicLinkLimitEnabled: { type: 'boolean', nullable: true },
  publicLinkLimit: { type: 'integer', nullable: true },
  feedbackEnabled: { type: 'boolean', nullable: true },
} as const

interface GroupAttributes {
  name?: string
  isInternalGroup?: boolean | null
  hasAccessToAllBuilds?: boolean | null
  publicLinkEnabled?: boolean | null
  publicLinkLimitEnabled?: boolean | null
  publicLinkLimit?: number | null
  feedbackEnabled?: boolean | null
}

const create: Operation = {
  method: 'POST',
  path: '/v1/betaGroups',
  checksRole: true,
  body: {
    kind: 'entity',
    type: 'betaGroups',
    attributes: {
      name: { type: 'string', required: true },
      isInternalGroup: { type: 'boolean', nullable: true },
      hasAccessToAllBuilds: { type: 'boolean', nullable: true },
      ...settable,
    },
    relationships: { app: { type: 'apps', required: true }, builds: { type: 'builds', many: true } },
  },
  handle: createGroup,
}

function createGroup(call: Call): Answer {
  const attributes = call.body.attributes as GroupAttributes
  const isInternalGroup = attributes.isInternalGroup === true
  if (!mayManage(call.key.role)) throw new AppleError(isInternalGroup ? roleForbidden : bareForbidden)
  const appId = call.body.relationships.app?.[0]?.id ?? ''
  const app = findApp(appId, call)
  if (!app) throw unknownRelated('app', 'apps', appId)
  const groups = groupsOf(call, app)
  if (!isInternalGroup) {
    if (!groups.some((group) => group.isInternalGroup)) {
      throw stateError('An internal group must exist before an external group can be created.')
    }
    if (attributes.hasAccessToAllBuilds) {
      const detail = "The attribute 'hasAccessToAllBuilds' can only be set on internal groups"
      throw entityError('ATTRIBUTE.NOT_ALLOWED', '/data/attributes/hasAccessToAllBuilds', detail)
    }
  }
  if (groups.some((group) => group.name === attributes.name)) {
    throw entityError('ATTRIBUTE.INVALID', '/data/attributes/name', 'The group name is already in use')
  }
  const builds = buildsNamed(call, call.body.relationships.builds?.map(({ id }) => id) ?? [])
  const group = call.world.addGroup(app, {
    name: attributes.name ?? '',
    createdAt: call.now,
    isInternalGroup,
    hasAccessToAllBuilds: attributes.hasAccessToAllBuilds === true,
    publicLinkEnabled: attributes.publicLinkEnabled === true,
    publicLinkLimitEnabled: attributes.publicLinkLimitEnabled === true,
    publicLinkLimit: attributes.publicLinkLimit ?? null,
    feedbackEnabled: attributes.feedbackEnabled !== false,
  })
  for (const build of builds) attach(call.world, build, group, call.now)
  return { status: 201, body: single('betaGroups', group, call) }
}

function buildsNamed(call: Call, ids: string[]): BuildRecord[] {
  return ids.map((id) => {
    const build = findBuild(id, call)
    if (!build) throw notFound('builds', id)
    return build
  })
}

const update: Operation = {
  method: 'PATCH',
  path: '/v1/betaGroups/{id}',
  body: {
    kind: 'entity',
    type: 'betaGroups',
    withId: true,
    attributes: { name: { type: 'string', nullable: true }, ...settable },
    createOnly: ['isInternalGroup', 'hasAccessToAllBuilds'],
  },
  handle: (call) => {
    const group = pathRow<GroupRecord>(call, 'betaGroups')
    for (const [name, value] of Object.entries(call.body.attributes)) {
      if (value !== null || name === 'publicLinkLimit') Object.assign(group, { [name]: value })
    }
    call.world.onChange()
    return { status: 200, body: single('betaGroups', group, call) }
  },
}

const remove: Operation = {
  method: 'DELETE',
  path: '/v1/betaGroups/{id}',
  handle: (call) => {
    call.world.deleteGroup(pathRow<GroupRecord>(call, 'betaGroups'), call.now)
    return done
  },
}

const testersPath = '/v1/betaGroups/{id}/relationships/betaTesters'
const buildsPath = '/v1/betaGroups/{id}/relationships/builds'
const testers = { kind: 'linkage', type: 'betaTesters' } as const
const builds = { kind: 'linkage', type: 'builds' } as const

function addBuilds(call: Call): Answer {
  const group = pathRow<GroupRecord>(call, 'betaGroups')
  checkChunk(call.settings, call.body.ids.length)
  const found = buildsNamed(call, call.body.ids)
  for (const build of found) checkAttachable(build, group, call.now)
  for (const build of found) attach(call.world, build, group, call.now)
  return done
}

function removeBuilds(call: Call): Answer {
  const group = pathRow<GroupRecord>(call, 'betaGroups')
  for (const build of buildsNamed(call, call.body.ids)) detach(call.world, build, group)
  return done
}

export const groupOperations: Operation[] = [
  collection,
  create,
  instance('betaGroups', shape),
  update,
  remove,
  ...toOne('betaGroups', 'app', 'apps', { fields: ['apps'] }),
  ...toMany('betaGroups', 'betaTesters', 'betaTesters'),
  { method: 'POST', path: testersPath, body: testers, handle: (call) => addToGroup(call, pathRow(call, 'betaGroups')) },
  {
    method: 'DELETE',
    path: testersPath,
    body: testers,
    handle: (call) => removeFromGroup(call, pathRow(call, 'betaGroups')),
  },
  ...toMany('betaGroups', 'builds', 'builds'),
  { method: 'POST', path: buildsPath, body: builds, handle: addBuilds },
  { method: 'DELETE', path: buildsPath, body: builds, handle: removeBuilds },
]
