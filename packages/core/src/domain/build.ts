import { ERROR_RULES } from '../errors.ts'
import type { Warning } from './roster.ts'

/** A build of an app, as far as the rules look at it. Times are ms. */
export interface Build {
  id: string
  /** CFBundleVersion. */
  number: string
  /** The marketing version; null where Apple left it out. */
  version: string | null
  platform: string | null
  uploadedAt: number | null
  expiresAt: number | null
  expired: boolean
  /** VALID once Apple has processed it. */
  processingState: string
  /** What external testers may do with it, in Apple's words. */
  externalState: string | null
}

/** The one external state in which a tester can install a build: an approved one may be held until somebody releases it. */
const TESTABLE_STATE = 'IN_BETA_TESTING'
/** Approved, and out of everybody's reach: until somebody presses "Notify Testers", or by itself a moment later with auto-notify on. */
const HELD_STATE = 'BETA_APPROVED'
const DAY_MS = 86_400_000
const EXPIRING_DAYS = 14

function isOver({ expired, expiresAt }: Build, now: number): boolean {
  return expired || (expiresAt !== null && expiresAt <= now)
}

/** Processed, and not expired: fit to be given to a group. */
export function isUsable(build: Build, now: number): boolean {
  return !isOver(build, now) && build.processingState === 'VALID'
}

/** Whether testers of a group that has the build can install it. */
export function isTestable(build: Build, now: number): boolean {
  return isUsable(build, now) && build.externalState === TESTABLE_STATE
}

/** Approved: Apple shows it as held until a group has it, and releases it then by itself unless somebody holds it. */
export function opensByBeingGiven({ externalState }: Build): boolean {
  return externalState === null || externalState === 'BETA_APPROVED' || externalState === 'READY_FOR_BETA_TESTING'
}

/** What a program manager is told of a build. */
export const BUILD_STATES = [
  'processing',
  'compliance_missing',
  'ready_to_submit',
  'in_review',
  'rejected',
  'approved_held',
  'testing',
  'expired',
  'unknown',
] as const
/** How far a build is, from `processing` to `expired`, as the API tells it. */
export type BuildState = (typeof BUILD_STATES)[number]

const STATES: ReadonlyMap<string | null, BuildState> = new Map([
  ['PROCESSING', 'processing'],
  ['MISSING_EXPORT_COMPLIANCE', 'compliance_missing'],
  ['IN_EXPORT_COMPLIANCE_REVIEW', 'compliance_missing'],
  ['READY_FOR_BETA_SUBMISSION', 'ready_to_submit'],
  ['WAITING_FOR_BETA_REVIEW', 'in_review'],
  ['IN_BETA_REVIEW', 'in_review'],
  ['BETA_REJECTED', 'rejected'],
  [HELD_STATE, 'approved_held'],
  [TESTABLE_STATE, 'testing'],
  ['EXPIRED', 'expired'],
])

/** The state of a build at `now` (ms): Apple's own, except that an expiry date that is over counts before Apple says so. */
export function buildState(build: Build, now: number): BuildState {
  if (isOver(build, now)) return 'expired'
  if (build.processingState === 'PROCESSING') return 'processing'
  return build.processingState === 'VALID' ? (STATES.get(build.externalState) ?? 'unknown') : 'unknown'
}

/**
 * Approved builds of a group that wait for "Notify Testers", oldest first. One that is older than a build which can be tested on the
 * same platform has been left behind: nobody waits for it.
 */
export function heldBuilds<B extends Build>(groupBuilds: readonly B[], now: number): B[] {
  const testable = groupBuilds.filter((build) => isTestable(build, now))
  const isBehind = ({ platform, uploadedAt }: B) =>
    uploadedAt !== null &&
    testable.some((build) => build.platform === platform && build.uploadedAt !== null && build.uploadedAt > uploadedAt)
  return groupBuilds.filter((build) => buildState(build, now) === 'approved_held' && !isBehind(build)).sort(byUpload)
}

/** The one that testers of the group can use longest; undefined where there is none. */
export function lastUsable<B extends Build>(groupBuilds: readonly B[], now: number): B | undefined {
  return groupBuilds
    .filter((build) => isTestable(build, now))
    .reduce<B | undefined>(
      (latest, build) =>
        latest === undefined || (build.expiresAt ?? Infinity) > (latest.expiresAt ?? Infinity) ? build : latest,
      undefined,
    )
}

/** As a person writes it: `1.2 (45)`, or the number alone where the version is not known. */
export function buildName({ version, number }: Pick<Build, 'version' | 'number'>): string {
  return version === null ? number : `${version} (${number})`
}

/** Sorts builds by their upload, the oldest first; of two at the same moment the smaller id is first. */
export function byUpload(a: Build, b: Build): number {
  return (a.uploadedAt ?? 0) - (b.uploadedAt ?? 0) || (a.id < b.id ? -1 : 1)
}

/** Why nobody of a group can be invited: it has no build, or only such as no tester can install yet. */
export type BuildLack = 'build_missing' | 'build_not_released'

/** Whether a warning or a reason to wait says that the group has nothing to test. */
export function isBuildLack(code: string): code is BuildLack {
  return code === 'build_missing' || code === 'build_not_released'
}

/** Approved builds that somebody has to release, by their names and by the name of the button. */
export function heldFinding(held: readonly Build[]): Warning {
  const names = held.map(buildName).join(', ')
  const it = held.length === 1 ? 'it' : 'them'
  return {
    code: 'build_not_released',
    detail: `Approved, and no tester can install ${it} until somebody presses "Notify Testers": ${names}.`,
    action:
      'Press "Notify Testers" in App Store Connect (TestFlight → Builds → the build), or set "heldBuilds" of the roster to "release".',
  }
}

/** How far on the way to testers; of several builds, the one that is nearest is told of. */
const NEAREST = ['in_review', 'ready_to_submit', 'compliance_missing', 'processing', 'rejected'] as const
const WHERE = 'App Store Connect (TestFlight → Builds → the build)'

/** Nobody of the group can install anything: what its builds lack, and who has to do what. */
function lackFinding(groupBuilds: readonly Build[], now: number): Warning {
  const alive = groupBuilds.filter((build) => !isOver(build, now))
  const code: BuildLack = alive.length > 0 ? 'build_not_released' : 'build_missing'
  const newest = alive.toSorted(byUpload).toReversed()
  const state = NEAREST.find((one) => newest.some((build) => buildState(build, now) === one))
  const build = newest.find((one) => buildState(one, now) === state)
  if (state === undefined || build === undefined) {
    const { title, action } = ERROR_RULES[code]
    return { code, detail: title, action }
  }
  return { code, ...sayLack(buildName(build), state) }
}

function sayLack(name: string, state: (typeof NEAREST)[number]): Pick<Warning, 'detail' | 'action'> {
  const none = 'so Apple sends no invitations'
  switch (state) {
    case 'in_review':
      return {
        detail: `The build ${name} is in Apple's beta review, ${none} yet.`,
        action: 'Nothing: once Apple has approved it, the invitations go out by themselves.',
      }
    case 'ready_to_submit':
      return {
        detail: `The build ${name} was not submitted for beta review, ${none}.`,
        action: `Submit it in ${WHERE}. A roster with "builds": "automatic" and "submitForReview" does so by itself.`,
      }
    case 'compliance_missing':
      return {
        detail: `The build ${name} waits for the answer about export compliance, ${none}.`,
        action: `Answer it in ${WHERE}.`,
      }
    case 'processing':
      return {
        detail: `Apple is processing the build ${name}, ${none} yet.`,
        action: 'Nothing: wait until it is through.',
      }
    case 'rejected':
      return {
        detail: `Apple's beta review has rejected the build ${name}, ${none}.`,
        action: `See why in ${WHERE}, then upload another build and add it to the group.`,
      }
  }
}

/** Findings about a group's builds that stop nobody. */
export function groupFindings(groupBuilds: readonly Build[], now: number): Warning[] {
  const last = lastUsable(groupBuilds, now)
  if (last === undefined) {
    const held = heldBuilds(groupBuilds, now)
    if (held.length > 0) return [heldFinding(held)]
    return [lackFinding(groupBuilds, now)]
  }
  if (last.expiresAt === null || last.expiresAt - now > EXPIRING_DAYS * DAY_MS) return []
  const days = Math.ceil((last.expiresAt - now) / DAY_MS)
  return [
    {
      code: 'build_expiring',
      detail: `The last build that the group can test, ${buildName(last)}, expires in ${days} ${days === 1 ? 'day' : 'days'}.`,
      action: 'Upload a new build and add it to the group.',
    },
  ]
}
