import type { AppleErrorCode } from './apple-error.ts'

/** An App Store Connect API team key. `privateKey`: a P-256 key, as a JWK or as the .p8 file that Apple gave (PEM, PKCS#8). */
export interface Credentials {
  issuerId: string
  keyId: string
  privateKey: string
}

/** What `x-rate-limit` said, in calls; null where it said nothing usable. */
export interface QuotaReading {
  hourLimit: number | null
  hourRemaining: number | null
  minuteLimit: number | null
  minuteRemaining: number | null
}

/** What a call must pass, and what it leaves behind: the caller's own budget, leases and measurements. */
export interface Gate {
  /** Called right before each request is sent. What it throws keeps the request from being sent, and reaches whoever called. */
  admit(call: { method: string; path: string; write: boolean }): Promise<void>
  /** Called once per admitted request with what came of it, also for errors and lost answers. A failure here is logged only. */
  note(result: CallRecord): void | Promise<void>
}

/** One call to App Store Connect, as metrics and traces tell it. */
export interface CallRecord {
  method: string
  /** Apple's path template (`/v1/betaGroups/{id}/betaTesters`): fit for a metric label, never a query. */
  path: string
  /** null: no answer. */
  status: number | null
  /** Code of the error that decided, when Apple named one. */
  appleCode: string | null
  /** null: success, or given up by the caller for a reason that is no AppleError. */
  code: AppleErrorCode | null
  quota: QuotaReading
  /** Clamped to an hour; null when absent or nonsense. */
  retryAfterMs: number | null
  /** From sending to the end of the body, or to giving up. */
  durationMs: number
  /** When it was sent, by our clock, ms. */
  at: number
  /** Apple's Date header, ms. */
  serverTime: number | null
}

/** What Apple says of a tester. `unknown` stands for a value that this version does not know, or none at all. */
export type TesterState = 'not_invited' | 'invited' | 'accepted' | 'installed' | 'revoked' | 'unknown'

/** A device that a tester has the app on, as Apple tells it; what it does not tell is null. */
export interface Device {
  model: string | null
  platform: string | null
  osVersion: string | null
  build: string | null
}

/** How a tester came in: by mail, or by the public link of a group. */
export type InviteType = 'EMAIL' | 'PUBLIC_LINK'

/** What Apple counted for a tester. */
export interface UsageFigures {
  sessions: number
  crashes: number
  feedback: number
}

/** The days that App Store Connect counts sessions over. */
export const USAGE_PERIODS = [7, 30, 90, 365] as const
/** One of Apple's periods. */
export type UsagePeriod = (typeof USAGE_PERIODS)[number]

/** A beta tester (`betaTesters`); the address is null where Apple keeps it to itself. */
export interface TesterRow {
  id: string
  email: string | null
  firstName: string | null
  lastName: string | null
  state: TesterState
}

/** A tester of a group, with where the app is installed where that was asked for. */
export interface GroupTesterRow extends TesterRow {
  inviteType: InviteType | null
  devices: Device[]
}

/** What a tester did; `figures` null: the row says nothing that can be read. An empty id: it names nobody. */
export interface UsageRow {
  id: string
  figures: UsageFigures | null
  /** The end of the time that is counted (ms); null where Apple did not say. */
  until: number | null
}

/** All testers of a group, over all pages, and how far the listing can be believed. */
export interface TesterListing {
  /** Distinct by id. */
  testers: TesterRow[]
  /** The last page had no next link, no row came twice, and Apple's total is there and equals the number of rows. */
  complete: boolean
  /** Apple's count; null where it gave none: then two equal reads that `ended` are as good as a complete one. */
  total: number | null
  /** The last page had no next link and no row came twice. Where this is false, no second read makes the rows trustworthy. */
  ended: boolean
}

/** An app (`apps`) that the key sees. */
export interface AppRow {
  id: string
  bundleId: string
  name: string
}

/** A beta group (`betaGroups`). */
export interface GroupRow {
  id: string
  name: string
  isInternal: boolean
  hasAccessToAllBuilds: boolean
}

/** A build (`builds`) with its version and its beta detail; times are ms. */
export interface BuildRow {
  id: string
  /** CFBundleVersion. */
  number: string
  /** The marketing version, of preReleaseVersion. */
  version: string | null
  platform: string | null
  uploadedAt: number | null
  expiresAt: number | null
  expired: boolean
  /** PROCESSING, FAILED, INVALID, VALID, or a value newer than this version. */
  processingState: string
  /** buildBetaDetail.externalBuildState. */
  externalState: string | null
  usesNonExemptEncryption: boolean | null
}

/** A build with the groups that have it. */
export interface AppBuildRow extends BuildRow {
  /** Groups that have the build; null where Apple left them out, or named only some. */
  groupIds: string[] | null
}

/** The builds of an app, and whether they are all. */
export interface AppBuildListing {
  builds: AppBuildRow[]
  /** No build is missing, as far as Apple's answer shows. */
  complete: boolean
}

/** App Store Connect OpenAPI 4.4.1, WebhookEventType: those that speak of TestFlight builds and feedback. */
export type WebhookEventType =
  | 'BETA_FEEDBACK_CRASH_SUBMISSION_CREATED'
  | 'BETA_FEEDBACK_SCREENSHOT_SUBMISSION_CREATED'
  | 'BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED'
  | 'BUILD_UPLOAD_STATE_UPDATED'

/** A tester to be created in a group: Apple invites them as soon as the group has a build. */
export interface NewTester {
  groupId: string
  email: string
  firstName?: string | null | undefined
  lastName?: string | null | undefined
}

/** A webhook that Apple has for an app. */
export interface WebhookRow {
  id: string
  url: string | null
  enabled: boolean
}

/** A webhook to be registered for an app. */
export interface NewWebhook {
  appId: string
  name: string
  url: string
  /** Apple signs each delivery with it. */
  secret: string
  eventTypes: readonly WebhookEventType[]
}
