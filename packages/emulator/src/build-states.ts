import type { BuildRecord, GroupRecord } from './records.ts'

export function isExpired(build: BuildRecord, now: number): boolean {
  return build.expired || build.expiresAt <= now
}

function commonState(build: BuildRecord, now: number): string | undefined {
  if (isExpired(build, now)) return 'EXPIRED'
  if (build.processingState === 'PROCESSING') return 'PROCESSING'
  if (build.processingState !== 'VALID') return 'PROCESSING_EXCEPTION'
  if (build.usesNonExemptEncryption === null) return 'MISSING_EXPORT_COMPLIANCE'
  return undefined
}

/** Apple's `externalBuildState`. */
export function externalState(build: BuildRecord, now: number): string {
  const common = commonState(build, now)
  if (common) return common
  switch (build.review?.state) {
    case undefined:
      return 'READY_FOR_BETA_SUBMISSION'
    case 'WAITING_FOR_REVIEW':
      return 'WAITING_FOR_BETA_REVIEW'
    case 'IN_REVIEW':
      return 'IN_BETA_REVIEW'
    case 'REJECTED':
      return 'BETA_REJECTED'
    case 'APPROVED':
      return build.groups.size > 0 && !isHeld(build) ? 'IN_BETA_TESTING' : 'BETA_APPROVED'
    default:
      return 'NOT_APPLICABLE'
  }
}

/** Approved, and out of external testers' reach until somebody presses "Notify Testers". */
export function isHeld(build: BuildRecord): boolean {
  return !build.autoNotify && !build.released
}

/** Apple's `internalBuildState`. */
export function internalState(build: BuildRecord, now: number): string {
  return commonState(build, now) ?? (build.groups.size > 0 ? 'IN_BETA_TESTING' : 'READY_FOR_BETA_TESTING')
}

/** Internal groups need no review; external groups, and single external testers (no group), do. */
export function isInstallableIn(build: BuildRecord, group: GroupRecord | null, now: number): boolean {
  if (commonState(build, now)) return false
  return group?.isInternalGroup === true || (build.review?.state === 'APPROVED' && !isHeld(build))
}
