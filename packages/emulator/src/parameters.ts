import { illegalParameter, invalidParameter } from './errors.ts'
import { maxLimit } from './paging.ts'
import type { Query } from './query.ts'
import type { TypeName } from './resources.ts'

/** The query parameters an operation takes: a part of what Apple's OpenAPI file lists, never more. */
export interface Parameters {
  /** A filter with its allowed values, or null for any. */
  filters?: Record<string, readonly string[] | null>
  sort?: readonly string[]
  include?: readonly string[]
  /** Types whose `fields[…]` may be chosen. */
  fields?: readonly TypeName[]
  /** Others without brackets, each with its allowed values. */
  plain?: Record<string, readonly string[]>
  limit?: true
  /** `limit[relationship]` and the most it takes. */
  limits?: Record<string, number>
}

/**
 * Field names per type, attributes and relationships, as in Apple's file.
 * @internal
 */
export const fieldNames: Partial<Record<TypeName, readonly string[]>> = {
  betaGroups: words(
    'name createdDate isInternalGroup hasAccessToAllBuilds publicLinkEnabled publicLinkId publicLinkLimitEnabled',
    'publicLinkLimit publicLink feedbackEnabled iosBuildsAvailableForAppleSiliconMac iosBuildsAvailableForAppleVision',
    'app builds betaTesters betaRecruitmentCriteria betaRecruitmentCriterionCompatibleBuildCheck',
  ),
  betaTesters: words('firstName lastName email inviteType state appDevices apps betaGroups builds'),
  builds: words(
    'version uploadedDate expirationDate expired minOsVersion lsMinimumSystemVersion computedMinMacOsVersion',
    'computedMinVisionOsVersion iconAssetToken processingState buildAudienceType usesNonExemptEncryption',
    'preReleaseVersion individualTesters betaGroups betaBuildLocalizations appEncryptionDeclaration',
    'betaAppReviewSubmission app buildBetaDetail appStoreVersion icons buildBundles buildUpload perfPowerMetrics',
    'diagnosticSignatures',
  ),
  buildBetaDetails: words('autoNotifyEnabled internalBuildState externalBuildState build'),
  betaAppReviewSubmissions: words('betaReviewState submittedDate build'),
  preReleaseVersions: words('version platform builds app'),
}

function words(...lines: string[]): string[] {
  return lines.flatMap((line) => line.split(' '))
}

/** Refuses what Apple would refuse of a query, in Apple's words. */
export function checkParameters(query: Query, spec: Parameters): void {
  for (const [name, values] of query.values) {
    const bracket = /^(filter|fields|limit)\[([\w.]+)\]$/.exec(name)
    if (bracket) checkBracketed(name, bracket[1] ?? '', bracket[2] ?? '', values, spec)
    else checkPlain(name, values, spec)
  }
}

function checkPlain(name: string, values: string[], spec: Parameters): void {
  switch (name) {
    case 'limit':
      if (!spec.limit) throw illegalParameter(name)
      checkNumber(name, values, maxLimit)
      break
    case 'cursor':
      if (!spec.limit) throw illegalParameter(name)
      break
    case 'sort':
    case 'include': {
      const allowed = name === 'sort' ? spec.sort : spec.include
      if (!allowed) throw illegalParameter(name)
      const what = name === 'sort' ? 'sort key' : 'relationship name'
      for (const value of values) {
        if (!allowed.includes(value)) throw invalidParameter(name, `'${value}' is not a valid ${what}`)
      }
      break
    }
    default: {
      const allowed = spec.plain && Object.hasOwn(spec.plain, name) ? spec.plain[name] : undefined
      if (!allowed) throw illegalParameter(name)
      for (const value of values) {
        if (!allowed.includes(value)) throw invalidParameter(name, `'${value}' is not a valid value`)
      }
    }
  }
}

function checkBracketed(name: string, kind: string, key: string, values: string[], spec: Parameters): void {
  if (kind === 'filter') {
    const allowed = spec.filters && Object.hasOwn(spec.filters, key) ? spec.filters[key] : undefined
    if (allowed === undefined) throw illegalParameter(name)
    for (const value of values) {
      if (value === '') throw invalidParameter(name, 'A filter must have a value')
      if (allowed && !allowed.includes(value)) throw invalidParameter(name, `'${value}' is not a valid filter value`)
    }
  } else if (kind === 'fields') {
    const type = spec.fields?.find((one) => one === key)
    if (!type) throw illegalParameter(name)
    const names = fieldNames[type]
    for (const value of values) {
      if (names && !names.includes(value)) throw invalidParameter(name, `'${value}' is not a valid field name`)
    }
  } else {
    const most = spec.limits && Object.hasOwn(spec.limits, key) ? spec.limits[key] : undefined
    if (most === undefined) throw illegalParameter(name)
    checkNumber(name, values, most)
  }
}

function checkNumber(name: string, values: string[], most: number): void {
  const value = values[0] ?? ''
  if (values.length !== 1 || !/^\d+$/.test(value) || Number(value) < 1 || Number(value) > most) {
    throw invalidParameter(name, `'${values.join(',')}' is not a valid limit: it must be between 1 and ${most}`)
  }
}
