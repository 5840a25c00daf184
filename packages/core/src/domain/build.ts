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

export function buildName({ version, number }: Pick<Build, 'version' | 'number'>): string {
  return version === null ? number : `${version} (${number})`
}

export function byUpload(a: Build, b: Build): number {
  return (a.uploadedAt ?? 0) - (b.uploadedAt ?? 0) || (a.id < b.id ? -1 : 1)
}

/** Why nobody of a group can be invited: it has no build, or only such as no tester can install yet. */
export type BuildLack = 'build_missing' | 'build_not_released'

export function isBuildLack(code: string): code is BuildLack {
  return code === 'build_missing' || code === 'build_not_released'
}

/** Findings about a group's builds that stop nobody. */
export function groupFindings(groupBuilds: readonly Build[], now: number): Warning[] {
  const last = lastUsable(groupBuilds, now)
  if (last === undefined) {
    const code: BuildLack = groupBuilds.some((build) => !isOver(build, now)) ? 'build_not_released' : 'build_missing'
    const { title, action } = ERROR_RULES[code]
    return [{ code, detail: title, action }]
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
