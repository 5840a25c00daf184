import { externalState, isExpired } from '../build-states.ts'
import { notFound } from '../errors.ts'
import { done } from '../operation.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { pageByCount } from '../paging.ts'
import type { Parameters } from '../parameters.ts'
import { processingStates, reviewStates } from '../records.ts'
import type { BuildRecord, GroupRecord } from '../records.ts'
import { findGroup, preReleaseVersionId } from '../resources.ts'
import { list, single } from '../serialize.ts'
import { attach, checkAttachable, detach } from './build-lists.ts'
import { filtered, instance, pathRow, sorted, toMany, toOne } from './related.ts'

const shape: Parameters = {
  include: 'preReleaseVersion individualTesters betaGroups betaAppReviewSubmission app buildBetaDetail'.split(' '),
  fields: [
    'builds',
    'preReleaseVersions',
    'betaTesters',
    'betaGroups',
    'betaAppReviewSubmissions',
    'apps',
    'buildBetaDetails',
  ],
  limits: { betaGroups: 50, individualTesters: 50 },
}

const detailShape = { include: ['build'], fields: ['buildBetaDetails', 'builds'] } as const
const flags = ['true', 'false'] as const

const collection: Operation = {
  method: 'GET',
  path: '/v1/builds',
  parameters: {
    ...shape,
    filters: {
      version: null,
      expired: flags,
      processingState: processingStates,
      'betaAppReviewSubmission.betaReviewState': reviewStates,
      usesNonExemptEncryption: flags,
      'preReleaseVersion.version': null,
      'preReleaseVersion.platform': ['IOS', 'MAC_OS', 'TV_OS', 'VISION_OS'],
      preReleaseVersion: null,
      app: null,
      betaGroups: null,
      id: null,
    },
    sort: ['version', '-version', 'uploadedDate', '-uploadedDate', 'preReleaseVersion', '-preReleaseVersion'],
    limit: true,
  },
  handle: (call) => {
    const keep = filtered<BuildRecord>(call, {
      version: (build) => build.version,
      expired: (build) => String(isExpired(build, call.now)),
      processingState: (build) => build.processingState,
      'betaAppReviewSubmission.betaReviewState': (build) => build.review?.state ?? '',
      usesNonExemptEncryption: (build) => String(build.usesNonExemptEncryption),
      'preReleaseVersion.version': (build) => build.preReleaseVersion,
      'preReleaseVersion.platform': (build) => build.platform,
      preReleaseVersion: preReleaseVersionId,
      app: (build) => build.appId,
      id: (build) => build.id,
    })
    const groups = call.query.list('filter[betaGroups]')
    const wanted = buildsOfTeam(call).filter(
      (build) => keep(build) && (!groups || groups.some((id) => build.groups.has(id))),
    )
    const rows = sorted(call, wanted, {
      version: (build) => build.version,
      uploadedDate: (build) => build.uploadedAt,
      preReleaseVersion: (build) => build.preReleaseVersion,
    })
    return { status: 200, body: list('builds', pageByCount(rows, call.query), call) }
  },
}

/** Builds of every app a key sees. */
export function buildsOfTeam(call: Call): BuildRecord[] {
  return call.world
    .appsOf(call.issuerId)
    .flatMap((app) => [...app.builds.keys()].flatMap((id) => call.world.builds.get(id) ?? []))
}

function update(call: Call): Answer {
  const build = pathRow<BuildRecord>(call, 'builds')
  const { expired, usesNonExemptEncryption } = call.body.attributes as Partial<BuildRecord>
  const before = externalState(build, call.now)
  // Expiring can't be taken back.
  if (expired === true) build.expired = true
  if (typeof usesNonExemptEncryption === 'boolean') build.usesNonExemptEncryption = usesNonExemptEncryption
  call.world.onBuildState(build, before, externalState(build, call.now))
  for (const group of groupsOf(call, build)) call.world.invitations.buildArrived(group, call.now)
  call.world.onChange()
  return { status: 200, body: single('builds', build, call) }
}

function groupsOf(call: Call, build: BuildRecord): GroupRecord[] {
  return [...build.groups.keys()].flatMap((id) => call.world.groups.get(id) ?? [])
}

function groupsNamed(call: Call): GroupRecord[] {
  return call.body.ids.map((id) => {
    const group = findGroup(id, call)
    if (!group) throw notFound('betaGroups', id)
    return group
  })
}

function addGroups(call: Call): Answer {
  const build = pathRow<BuildRecord>(call, 'builds')
  const groups = groupsNamed(call)
  for (const group of groups) checkAttachable(build, group, call.now)
  for (const group of groups) attach(call.world, build, group, call.now)
  return done
}

function removeGroups(call: Call): Answer {
  const build = pathRow<BuildRecord>(call, 'builds')
  for (const group of groupsNamed(call)) detach(call.world, build, group)
  return done
}

const details: Operation = {
  method: 'GET',
  path: '/v1/buildBetaDetails',
  parameters: { ...detailShape, filters: { build: null, id: null }, limit: true },
  handle: (call) => {
    const keep = filtered<BuildRecord>(call, { build: (build) => build.id, id: (build) => build.id })
    const rows = buildsOfTeam(call).filter(keep)
    return { status: 200, body: list('buildBetaDetails', pageByCount(rows, call.query), call) }
  },
}

const updateDetail: Operation = {
  method: 'PATCH',
  path: '/v1/buildBetaDetails/{id}',
  body: {
    kind: 'entity',
    type: 'buildBetaDetails',
    withId: true,
    attributes: { autoNotifyEnabled: { type: 'boolean', nullable: true } },
  },
  handle: (call) => {
    const build = pathRow<BuildRecord>(call, 'buildBetaDetails')
    if (typeof call.body.attributes.autoNotifyEnabled === 'boolean') {
      build.autoNotify = call.body.attributes.autoNotifyEnabled
    }
    call.world.onChange()
    return { status: 200, body: single('buildBetaDetails', build, call) }
  },
}

const groupsPath = '/v1/builds/{id}/relationships/betaGroups'
const linkage = { kind: 'linkage', type: 'betaGroups' } as const

export const buildOperations: Operation[] = [
  collection,
  instance('builds', shape),
  {
    method: 'PATCH',
    path: '/v1/builds/{id}',
    body: {
      kind: 'entity',
      type: 'builds',
      withId: true,
      attributes: {
        expired: { type: 'boolean', nullable: true },
        usesNonExemptEncryption: { type: 'boolean', nullable: true },
      },
    },
    handle: update,
  },
  { method: 'POST', path: groupsPath, body: linkage, handle: addGroups },
  { method: 'DELETE', path: groupsPath, body: linkage, handle: removeGroups },
  ...toOne('builds', 'buildBetaDetail', 'buildBetaDetails', detailShape),
  ...toMany('builds', 'individualTesters', 'betaTesters'),
  details,
  instance('buildBetaDetails', detailShape),
  updateDetail,
  ...toOne('buildBetaDetails', 'build', 'builds', { fields: ['builds'] }),
]
