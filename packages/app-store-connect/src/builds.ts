import type { z } from 'zod'
import { list, listAll, PAGE_SIZE, type Caller, type Collection, type Included } from './paginate.ts'
import { buildResource, createdDocument, readJson, readStatus } from './shapes.ts'
import type { Query } from './target.ts'
import type { AppBuildListing, AppBuildRow, BuildRow } from './types.ts'

// Relationships must be among the fields, or the included resources cannot be told which build they belong to.
const FIELDS = [
  'version',
  'uploadedDate',
  'expirationDate',
  'expired',
  'processingState',
  'usesNonExemptEncryption',
  'preReleaseVersion',
  'buildBetaDetail',
]
const NEWEST = 200
/** The most that Apple names of one build. */
const GROUPS_NAMED = 50

const nothing = readStatus(new Map([[204, true]]))

export function createBuildCalls(caller: Caller) {
  return {
    /** All builds of the group, newest first. Not /v1/betaGroups/{id}/builds, which includes nothing. */
    listGroupBuilds: (groupId: string): Promise<BuildRow[]> =>
      listAll(caller, newestFirst({ 'filter[betaGroups]': groupId }, PAGE_SIZE)),

    /** The newest builds of the app, 200 unless told otherwise. */
    async listAppBuilds(appId: string, { limit = NEWEST }: { limit?: number } = {}): Promise<BuildRow[]> {
      if (limit < 1) return []
      const newest = newestFirst({ 'filter[app]': appId }, Math.min(limit, PAGE_SIZE))
      const rows = await listAll(caller, { ...newest, enough: limit })
      return rows.slice(0, limit)
    },

    /** Every build of the app that has not expired, newest first, with its groups: one call a page for all groups together. */
    async listLiveBuilds(appId: string): Promise<AppBuildListing> {
      const newest = newestFirst({ 'filter[app]': appId, 'filter[expired]': 'false' }, PAGE_SIZE)
      const found = await list(caller, {
        ...newest,
        query: {
          ...newest.query,
          'fields[builds]': [...FIELDS, 'betaGroups'],
          'fields[betaGroups]': ['name'],
          include: ['preReleaseVersion', 'buildBetaDetail', 'betaGroups'],
          'limit[betaGroups]': GROUPS_NAMED,
        },
        toRow: (build, included): AppBuildRow => ({ ...toBuild(build, included), groupIds: toGroupIds(build) }),
      })
      const isWhole = found.total === null || found.total === found.rows.length
      return { builds: found.rows, complete: found.finished && found.distinct && isWhole }
    },

    /** Throws apple_refused where a build is not processed yet or the group gets all builds by itself (422). */
    async addGroupBuilds(groupId: string, buildIds: readonly string[]): Promise<void> {
      if (buildIds.length === 0) return
      const body = { data: buildIds.map((id) => ({ type: 'builds', id })) }
      const path = '/v1/betaGroups/{id}/relationships/builds'
      await caller.call({ method: 'POST', path, id: groupId, body, read: nothing })
    },

    /** Throws apple_refused, with appleCode …ANOTHER_BUILD_IN_REVIEW while one of the same version is in review. */
    async submitForReview(buildId: string): Promise<void> {
      const body = {
        data: {
          type: 'betaAppReviewSubmissions',
          relationships: { build: { data: { type: 'builds', id: buildId } } },
        },
      }
      const read = readJson(createdDocument, () => true)
      await caller.call({ method: 'POST', path: '/v1/betaAppReviewSubmissions', body, read })
    },

    /** "Notify Testers". Throws apple_refused where the build is not approved, or is released by itself (auto-notify). */
    async notifyTesters(buildId: string): Promise<void> {
      const relationships = { build: { data: { type: 'builds', id: buildId } } }
      const body = { data: { type: 'buildBetaNotifications', relationships } }
      const read = readJson(createdDocument, () => true)
      await caller.call({ method: 'POST', path: '/v1/buildBetaNotifications', body, read })
    },
  }
}

function newestFirst(filter: Query, limit: number): Collection<typeof buildResource, BuildRow> {
  return {
    path: '/v1/builds',
    query: {
      ...filter,
      'fields[builds]': FIELDS,
      'fields[preReleaseVersions]': ['version', 'platform'],
      'fields[buildBetaDetails]': ['externalBuildState'],
      include: ['preReleaseVersion', 'buildBetaDetail'],
      sort: ['-uploadedDate'],
      limit,
    },
    row: buildResource,
    toRow: toBuild,
  }
}

function toBuild(build: z.output<typeof buildResource>, included: readonly Included[]): BuildRow {
  const { id, attributes, relationships } = build
  const attribute = (type: string, relatedId: string | undefined, name: string): string | null => {
    const found = included.find((candidate) => candidate.type === type && candidate.id === relatedId)
    const value = found?.attributes?.[name]
    return typeof value === 'string' ? value : null
  }
  const versionId = relationships?.preReleaseVersion?.data?.id
  return {
    id,
    number: attributes.version,
    version: attribute('preReleaseVersions', versionId, 'version'),
    platform: attribute('preReleaseVersions', versionId, 'platform'),
    uploadedAt: toMs(attributes.uploadedDate),
    expiresAt: toMs(attributes.expirationDate),
    expired: attributes.expired ?? false,
    processingState: attributes.processingState ?? 'UNKNOWN',
    externalState: attribute('buildBetaDetails', relationships?.buildBetaDetail?.data?.id, 'externalBuildState'),
    usesNonExemptEncryption: attributes.usesNonExemptEncryption ?? null,
  }
}

function toGroupIds({ relationships }: z.output<typeof buildResource>): string[] | null {
  const groups = relationships?.betaGroups
  if (!groups?.data) return null
  const total = groups.meta?.paging?.total
  const namesAll = typeof total === 'number' ? total <= groups.data.length : groups.data.length < GROUPS_NAMED
  return namesAll ? groups.data.map(({ id }) => id) : null
}

function toMs(date: string | null | undefined): number | null {
  const ms = Date.parse(date ?? '')
  return Number.isFinite(ms) ? ms : null
}
