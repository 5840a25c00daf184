import { externalState, internalState, isExpired } from './build-states.ts'
import type { AppRecord, BuildRecord, GroupRecord, WebhookRecord } from './records.ts'
import type { Ids, TesterRow, TesterTable } from './testers.ts'
import type { World } from './world.ts'

export type TypeName =
  | 'apps'
  | 'betaGroups'
  | 'betaTesters'
  | 'builds'
  | 'buildBetaDetails'
  | 'betaAppReviewSubmissions'
  | 'preReleaseVersions'
  | 'webhooks'

/** What a read needs: `testers` is the lagging view, `issuerId` the team whose things may be seen. */
export interface Reader {
  world: World
  testers: TesterTable
  issuerId: string
  now: number
}

export interface Relation {
  target: TypeName
  /** Undefined: only links are given, and nothing can be included. */
  ids?(row: never, reader: Reader): Ids | string | null
  /** Apple gives no links here. */
  bare?: true
}

/** One of Apple's resource types. The row type is known only to the definition itself. */
export interface ResourceType {
  find(id: string, reader: Reader): object | undefined
  attributes(row: never, reader: Reader): Record<string, unknown>
  relations: Record<string, Relation>
}

interface Definition<T> {
  find(id: string, reader: Reader): T | undefined
  attributes(row: T, reader: Reader): Record<string, unknown>
  relations: Record<string, { target: TypeName; ids?(row: T, reader: Reader): Ids | string | null; bare?: true }>
}

const define = <T extends object>(definition: Definition<T>): ResourceType => definition as unknown as ResourceType
const date = (ms: number): string => new Date(ms).toISOString()

export const findApp = (id: string, { world, issuerId }: Reader): AppRecord | undefined => {
  const app = world.apps.get(id)
  return app?.issuerId === issuerId ? app : undefined
}

export const findGroup = (id: string, reader: Reader): GroupRecord | undefined => {
  const group = reader.world.groups.get(id)
  return group && findApp(group.appId, reader) ? group : undefined
}

export const findBuild = (id: string, reader: Reader): BuildRecord | undefined => {
  const build = reader.world.builds.get(id)
  return build && findApp(build.appId, reader) ? build : undefined
}

const findTester = (id: string, { testers, issuerId }: Reader): TesterRow | undefined => {
  const row = testers.byId.get(id)
  return row?.issuerId === issuerId ? row : undefined
}

export const findWebhook = (id: string, reader: Reader): WebhookRecord | undefined => {
  const webhook = reader.world.webhooks.get(id)
  return webhook && findApp(webhook.appId, reader) ? webhook : undefined
}

const apps = define<AppRecord>({
  find: findApp,
  attributes: ({ name, bundleId, sku }) => ({
    name,
    bundleId,
    sku,
    primaryLocale: 'en-US',
    isOrEverWasMadeForKids: false,
    contentRightsDeclaration: 'DOES_NOT_USE_THIRD_PARTY_CONTENT',
  }),
  relations: {
    betaGroups: { target: 'betaGroups', ids: (app) => app.groups },
    builds: { target: 'builds', ids: (app) => app.builds },
    betaTesters: { target: 'betaTesters' },
    webhooks: {
      target: 'webhooks',
      ids: (app, { world }) =>
        new Map(
          [...world.webhooks.values()].flatMap(({ id, appId, seq }) => (appId === app.id ? [[id, seq] as const] : [])),
        ),
    },
  },
})

const betaGroups = define<GroupRecord>({
  find: findGroup,
  attributes: (group) => ({
    name: group.name,
    createdDate: date(group.createdAt),
    isInternalGroup: group.isInternalGroup,
    hasAccessToAllBuilds: group.hasAccessToAllBuilds,
    publicLinkEnabled: group.publicLinkEnabled,
    publicLinkId: group.publicLinkEnabled ? group.id.slice(0, 8) : null,
    publicLink: group.publicLinkEnabled ? `https://testflight.apple.com/join/${group.id.slice(0, 8)}` : null,
    publicLinkLimitEnabled: group.publicLinkLimitEnabled,
    publicLinkLimit: group.publicLinkLimit,
    feedbackEnabled: group.feedbackEnabled,
    iosBuildsAvailableForAppleSiliconMac: false,
    iosBuildsAvailableForAppleVision: false,
  }),
  relations: {
    app: { target: 'apps', ids: (group) => group.appId },
    builds: { target: 'builds', ids: (group) => group.builds },
    betaTesters: { target: 'betaTesters', ids: (group, { testers }) => testers.membersOf(group.id) },
  },
})

const betaTesters = define<TesterRow>({
  find: findTester,
  attributes: ({ firstName, lastName, email, inviteType, state, devices }) => ({
    firstName,
    lastName,
    email: email === '' ? undefined : email,
    inviteType,
    // Apple's own answers leave it out now and then.
    state: state === 'ABSENT' ? undefined : state,
    appDevices: devices,
  }),
  relations: {
    apps: { target: 'apps', ids: (row) => new Map(row.appIds.map((id, place) => [id, place])) },
    betaGroups: { target: 'betaGroups', ids: (row, { testers }) => testers.groupsOf(row.id) },
    builds: { target: 'builds', ids: (row, { testers }) => testers.buildsOf(row.id) },
  },
})

const builds = define<BuildRecord>({
  find: findBuild,
  attributes: (build, { now }) => ({
    version: build.version,
    uploadedDate: date(build.uploadedAt),
    expirationDate: date(build.expiresAt),
    expired: isExpired(build, now),
    minOsVersion: '17.0',
    processingState: build.processingState,
    buildAudienceType: 'APP_STORE_ELIGIBLE',
    usesNonExemptEncryption: build.usesNonExemptEncryption,
  }),
  relations: {
    preReleaseVersion: { target: 'preReleaseVersions', ids: (build) => preReleaseVersionId(build) },
    individualTesters: { target: 'betaTesters', ids: (build, { testers }) => testers.individualsOf(build.id) },
    betaGroups: { target: 'betaGroups', ids: (build) => build.groups },
    betaAppReviewSubmission: { target: 'betaAppReviewSubmissions', ids: (build) => build.review?.id ?? null },
    app: { target: 'apps', ids: (build) => build.appId },
    buildBetaDetail: { target: 'buildBetaDetails', ids: (build) => build.id },
  },
})

const buildBetaDetails = define<BuildRecord>({
  // Apple gives the detail the id of its build.
  find: findBuild,
  attributes: (build, { now }) => ({
    autoNotifyEnabled: build.autoNotify,
    internalBuildState: internalState(build, now),
    externalBuildState: externalState(build, now),
  }),
  relations: { build: { target: 'builds', ids: (build) => build.id } },
})

const betaAppReviewSubmissions = define<BuildRecord>({
  find: (id, reader) => {
    const build = findBuild(id, reader)
    return build?.review ? build : undefined
  },
  attributes: ({ review }) => ({
    betaReviewState: review?.state,
    submittedDate: review ? date(review.submittedAt) : undefined,
  }),
  relations: { build: { target: 'builds', ids: (build) => build.id } },
})

export interface PreReleaseVersion {
  id: string
  version: string
  platform: string
}

/** The version a build belongs to has no record of its own here: its id says it all. */
export function preReleaseVersionId({ appId, version, preReleaseVersion, platform }: BuildRecord): string {
  return Buffer.from(JSON.stringify([appId, preReleaseVersion || version, platform])).toString('base64url')
}

const preReleaseVersions = define<PreReleaseVersion>({
  find: (id) => {
    try {
      const [, version, platform] = JSON.parse(Buffer.from(id, 'base64url').toString('utf8')) as string[]
      return version && platform ? { id, version, platform } : undefined
    } catch {
      return undefined
    }
  },
  attributes: ({ version, platform }) => ({ version, platform }),
  relations: { builds: { target: 'builds' }, app: { target: 'apps' } },
})

const webhooks = define<WebhookRecord>({
  find: findWebhook,
  attributes: ({ enabled, eventTypes, name, url }) => ({ enabled, eventTypes, name, url }),
  relations: { app: { target: 'apps', ids: (webhook) => webhook.appId, bare: true } },
})

export const resources: Record<TypeName, ResourceType> = {
  apps,
  betaGroups,
  betaTesters,
  builds,
  buildBetaDetails,
  betaAppReviewSubmissions,
  preReleaseVersions,
  webhooks,
}
