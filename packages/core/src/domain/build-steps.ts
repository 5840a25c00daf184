import { buildName, byUpload, heldBuilds, isUsable, type Build } from './build.ts'
import { versionKey, type BuildStep, type KnownBuild, type Seen } from './build-watch.ts'
import type { Warning } from './roster.ts'

const UNSUBMITTED = 'READY_FOR_BETA_SUBMISSION'
const IN_REVIEW = new Set(['WAITING_FOR_BETA_REVIEW', 'IN_BETA_REVIEW'])
const JUDGED = new Set([
  'BETA_REJECTED',
  'BETA_APPROVED',
  'IN_BETA_TESTING',
  'READY_FOR_BETA_TESTING',
  'READY_FOR_TESTING',
])

/** Builds that Apple has refused are tried again each by itself, so many at a time: one bad id fails a whole call. */
const RETRIED_AT_ONCE = 5

/** What to give to the group: `together` in one call, `alone` one by one, since Apple has refused them before. */
export function planGifts(
  known: ReadonlyMap<string, KnownBuild>,
  seen: Seen,
  now: number,
): { together: Build[]; alone: Build[] } {
  const inGroup = new Set(seen.group.map((build) => build.id))
  const wanted = [...seen.app].sort(byUpload).filter((build) => {
    const entry = known.get(build.id)
    return entry?.give && !entry.held && !inGroup.has(build.id) && isUsable(build, now)
  })
  const refusedAt = ({ id }: Build) => {
    const refusal = known.get(id)?.refusal
    return refusal?.step === 'give' ? refusal.at : null
  }
  return {
    together: wanted.filter((build) => refusedAt(build) === null),
    alone: wanted
      .filter((build) => refusedAt(build) !== null)
      .sort((a, b) => (refusedAt(a) ?? 0) - (refusedAt(b) ?? 0))
      .slice(0, RETRIED_AT_ONCE),
  }
}

/** A build to submit for beta review, or what it waits for. */
export type ReviewStep = { build: Build; behind: Build | null }

/**
 * One build a version: Apple reviews one at a time. The first of a version is looked at; once that is approved, the newest is
 * submitted as well, which Apple approves by itself.
 */
export function planReviews(known: ReadonlyMap<string, KnownBuild>, seen: Seen, now: number): ReviewStep[] {
  const steps: ReviewStep[] = []
  for (const siblings of groupByVersion(seen.app).values()) {
    const judged = siblings.filter(({ externalState }) => externalState !== null && JUDGED.has(externalState))
    const newestJudged = judged.at(-1)
    const candidates = siblings.filter(
      (build) =>
        build.externalState === UNSUBMITTED &&
        isUsable(build, now) &&
        known.get(build.id)?.submit &&
        seen.group.some(({ id }) => id === build.id) &&
        (newestJudged === undefined || byUpload(build, newestJudged) > 0),
    )
    const isVersionKnown = judged.some(({ externalState }) => externalState !== 'BETA_REJECTED')
    const build = isVersionKnown ? candidates.at(-1) : candidates[0]
    if (!build) continue
    const behind = siblings.find(({ externalState }) => externalState !== null && IN_REVIEW.has(externalState)) ?? null
    steps.push({ build, behind })
  }
  return steps
}

/** A release whose answer was lost may have happened, and shows within a minute or two; a refused one is tried again later. */
const RELEASE_AGAIN_MS = { unknown: 75_000, refused: 600_000 }

/** Held builds of the group that testers are to be notified of now: each once. */
export function planReleases(known: ReadonlyMap<string, KnownBuild>, seen: Seen, now: number): Build[] {
  return heldBuilds(seen.group, now).filter(({ id }) => {
    const release = known.get(id)?.release
    if (release === undefined) return true
    return release.outcome !== 'done' && release.at + RELEASE_AGAIN_MS[release.outcome] <= now
  })
}

/** Oldest upload first. */
function groupByVersion(builds: readonly Build[]): Map<string, Build[]> {
  const versions = new Map<string, Build[]>()
  for (const build of [...builds].sort(byUpload)) {
    const key = versionKey(build)
    versions.set(key, [...(versions.get(key) ?? []), build])
  }
  return versions
}

/** Drops refusals of steps that are not taken any more, or whose reason is gone as far as Apple's listing shows. */
export function dropSettled(known: Map<string, KnownBuild>, seen: Seen, takes: Record<BuildStep, boolean>): void {
  const byId = new Map(seen.app.map((build) => [build.id, build]))
  const inGroup = new Set(seen.group.map((build) => build.id))
  for (const [id, entry] of known) {
    if (entry.refusal === null) continue
    const build = byId.get(id)
    const isGiven = entry.refusal.step === 'give' && inGroup.has(id)
    const isSubmitted = entry.refusal.step === 'submit' && build?.externalState !== UNSUBMITTED
    const isReleased = entry.refusal.step === 'release' && build?.externalState !== 'BETA_APPROVED'
    if (!takes[entry.refusal.step] || !build || isGiven || isSubmitted || isReleased)
      known.set(id, { ...entry, refusal: null })
  }
}

/** What a program manager sees: refused steps, and builds that wait for the answer about export compliance. */
export function refusalWarnings(known: ReadonlyMap<string, KnownBuild>, seen: Seen, now: number): Warning[] {
  return [...seen.app].sort(byUpload).flatMap((build) => {
    const entry = known.get(build.id)
    if (!entry?.give && !entry?.submit) return []
    if (isUsable(build, now) && build.externalState === 'MISSING_EXPORT_COMPLIANCE') return [exportCompliance(build)]
    return entry.refusal && entry.refusal.step !== 'release' ? [entry.refusal.warning] : []
  })
}

/** Unlike the others, a release is also asked for where somebody gives the builds by hand. */
export function releaseRefusal(known: KnownBuild | undefined): Warning | null {
  return known?.refusal?.step === 'release' ? known.refusal.warning : null
}

/** What Apple said when it refused a step. */
export interface AppleWords {
  code: string | null
  detail: string | null
}

/** Names the missing step where Apple's words tell it; null: there is nothing to do, the step was done before. */
export function explainRefusal(step: BuildStep, build: Build, { code, detail }: AppleWords): Warning | null {
  const words = `${code ?? ''} ${detail ?? ''}`
  if (/EXPORT_COMPLIANCE|export compliance|encryption/i.test(words)) return exportCompliance(build)
  if (/ANOTHER_BUILD_IN_REVIEW|another build\b.*\breview/i.test(words)) return anotherInReview(build, null)
  if (step === 'submit' && /already (been )?submitted|submitted\b.*\balready/i.test(words)) return null
  // Auto-notify is on, or somebody was faster: it is released, or will be without us.
  if (step === 'release' && /already|auto[-_ ]?notif/i.test(words)) return null
  if (TEST_INFORMATION.test(words)) {
    return {
      code: 'test_information_missing',
      detail: `${buildName(build)} cannot go to beta review: the test information of the app is not complete.${quote(detail)}`,
      action:
        'Fill in TestFlight → Test Information (description, feedback e-mail, contact, sign-in) in App Store Connect.',
    }
  }
  if (step === 'release') {
    return {
      code: 'build_not_released',
      detail: `App Store Connect would not release ${buildName(build)} to its testers.${quote(detail)}`,
      action:
        'Press "Notify Testers" in App Store Connect (TestFlight → Builds → the build). Flightroster tries again.',
    }
  }
  return step === 'give'
    ? {
        code: 'build_refused',
        detail: `App Store Connect would not give ${buildName(build)} to the group.${quote(detail)}`,
        action:
          'Add the build to the group in App Store Connect, which says what is missing. Flightroster tries again.',
      }
    : {
        code: 'review_refused',
        detail: `App Store Connect would not take ${buildName(build)} for beta review.${quote(detail)}`,
        action: 'Submit the build in App Store Connect, which says what is missing. Flightroster tries again.',
      }
}

const TEST_INFORMATION =
  /BETA_CONTRACT|BETA_APP_REVIEW_DETAIL|BETA_APP_LOCALIZATION|TEST_INFO|beta contract|test information|beta app (description|review)|feedback e-?mail|contact (information|name|e-?mail|phone|first|last)|demo account|what to test/i

/** The warning of a roster whose build waits since Apple reviews one build of a version at a time. */
export function anotherInReview(build: Build, behind: Build | null): Warning {
  const other = behind ? `, ${buildName(behind)},` : ''
  return {
    code: 'another_build_in_review',
    detail: `${buildName(build)} waits: another build of this version${other} is in beta review.`,
    action: 'Nothing: it is submitted once that review has ended.',
  }
}

function exportCompliance(build: Build): Warning {
  return {
    code: 'export_compliance_missing',
    detail: `${buildName(build)} waits for the answer about export compliance.`,
    action:
      'Answer it in App Store Connect (TestFlight → the build → Manage), or set ITSAppUsesNonExemptEncryption in the Info.plist.',
  }
}

function quote(detail: string | null): string {
  return detail ? ` Apple's words: ${detail}` : ''
}
