import type { BuildRow } from '../../apple/index.ts'
import type { Warning } from '../../domain/roster.ts'
import { ERROR_RULES } from '../../errors.ts'

/** External states in which a tester of the group can install the build. */
const TESTABLE_STATES = new Set(['IN_BETA_TESTING', 'READY_FOR_TESTING', 'READY_FOR_BETA_TESTING', 'BETA_APPROVED'])
const DAY_MS = 86_400_000
const EXPIRING_DAYS = 14

export function isTestable(build: BuildRow, now: number): boolean {
  if (build.expired || (build.expiresAt !== null && build.expiresAt <= now)) return false
  return build.processingState === 'VALID' && build.externalState !== null && TESTABLE_STATES.has(build.externalState)
}

/** Findings about a group's builds that stop nobody. */
export function buildWarnings(builds: readonly BuildRow[], now: number): Warning[] {
  const testable = builds.filter((build) => isTestable(build, now))
  if (testable.length === 0) {
    const { title, action } = ERROR_RULES.build_missing
    return [{ code: 'build_missing', detail: title, action }]
  }
  const last = testable.reduce((latest, build) =>
    (build.expiresAt ?? Infinity) > (latest.expiresAt ?? Infinity) ? build : latest,
  )
  if (last.expiresAt === null || last.expiresAt - now > EXPIRING_DAYS * DAY_MS) return []
  const days = Math.ceil((last.expiresAt - now) / DAY_MS)
  const name = last.version === null ? last.number : `${last.version} (${last.number})`
  return [
    {
      code: 'build_expiring',
      detail: `The last build that the group can test, ${name}, expires in ${days} ${days === 1 ? 'day' : 'days'}.`,
      action: 'Upload a new build and add it to the group.',
    },
  ]
}
