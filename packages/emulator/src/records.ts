/** What the emulator keeps of everything but testers. Relations are id → place, as in `Ids`. */
export interface AppRecord {
  id: string
  issuerId: string
  name: string
  bundleId: string
  sku: string
  /** False: a build can't be submitted to beta review yet. */
  testInformation: boolean
  groups: Map<string, number>
  builds: Map<string, number>
  seq: number
}

export interface GroupRecord {
  id: string
  appId: string
  name: string
  isInternalGroup: boolean
  hasAccessToAllBuilds: boolean
  createdAt: number
  publicLinkEnabled: boolean
  publicLinkLimitEnabled: boolean
  publicLinkLimit: number | null
  feedbackEnabled: boolean
  builds: Map<string, number>
  seq: number
}

export const reviewStates = ['WAITING_FOR_REVIEW', 'IN_REVIEW', 'REJECTED', 'APPROVED'] as const
export type ReviewState = (typeof reviewStates)[number]
export const processingStates = ['PROCESSING', 'FAILED', 'INVALID', 'VALID'] as const
export type ProcessingState = (typeof processingStates)[number]

export interface BuildRecord {
  id: string
  appId: string
  /** The build number. */
  version: string
  /** The version people see, which beta review goes by. */
  preReleaseVersion: string
  platform: 'IOS' | 'MAC_OS' | 'TV_OS' | 'VISION_OS'
  uploadedAt: number
  expiresAt: number
  /** Expired by hand; the date does it by itself. */
  expired: boolean
  processingState: ProcessingState
  /** Null: export compliance has not been answered yet. */
  usesNonExemptEncryption: boolean | null
  /** False: an approved build is held until somebody presses "Notify Testers". */
  autoNotify: boolean
  /** Somebody has pressed it. */
  released: boolean
  review: { id: string; state: ReviewState; submittedAt: number } | null
  groups: Map<string, number>
  seq: number
}

export interface WebhookRecord {
  id: string
  appId: string
  name: string
  url: string
  secret: string
  enabled: boolean
  eventTypes: string[]
  seq: number
}

/** What made Apple send a mail. */
export type MailKind = 'create' | 'add' | 'build' | 'invitation'

/** A mail that Apple would have sent. */
export interface Mail {
  at: number
  appId: string
  email: string
  kind: MailKind
}
