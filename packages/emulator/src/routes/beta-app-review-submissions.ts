import { isExpired } from '../build-states.ts'
import { unprocessable } from '../errors.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { pageByCount } from '../paging.ts'
import { reviewStates } from '../records.ts'
import type { BuildRecord } from '../records.ts'
import { unknownRelated } from '../refusals.ts'
import { findBuild } from '../resources.ts'
import { list, single } from '../serialize.ts'
import { buildsOfTeam } from './builds.ts'
import { filtered, instance, toOne } from './related.ts'

const shape = { include: ['build'], fields: ['betaAppReviewSubmissions', 'builds'] } as const

const collection: Operation = {
  method: 'GET',
  path: '/v1/betaAppReviewSubmissions',
  parameters: { ...shape, filters: { betaReviewState: reviewStates, build: null }, limit: true },
  handle: (call) => {
    const keep = filtered<BuildRecord>(call, {
      betaReviewState: (build) => build.review?.state ?? '',
      build: (build) => build.id,
    })
    const rows = buildsOfTeam(call).filter((build) => build.review && keep(build))
    return { status: 200, body: list('betaAppReviewSubmissions', pageByCount(rows, call.query), call) }
  },
}

function submit(call: Call): Answer {
  const buildId = call.body.relationships.build?.[0]?.id ?? ''
  const build = findBuild(buildId, call)
  if (!build) throw unknownRelated('build', 'builds', buildId)
  checkSubmittable(call, build)
  const siblings = versionOf(call, build)
  const isVersionApproved = siblings.some(({ review }) => review?.state === 'APPROVED')
  build.review = { id: build.id, state: 'WAITING_FOR_REVIEW', submittedAt: call.now }
  // Only the first build of a version is looked at.
  call.world.invitations.review(build, isVersionApproved ? 'APPROVED' : 'WAITING_FOR_REVIEW', call.now)
  return { status: 201, body: single('betaAppReviewSubmissions', build, call) }
}

function versionOf(call: Call, build: BuildRecord): BuildRecord[] {
  return buildsOfTeam(call).filter(
    (other) =>
      other.appId === build.appId &&
      other.id !== build.id &&
      other.preReleaseVersion === build.preReleaseVersion &&
      other.platform === build.platform,
  )
}

function checkSubmittable(call: Call, build: BuildRecord): void {
  if (isExpired(build, call.now) || build.processingState !== 'VALID') {
    throw unprocessable('The build is not in a state in which it can be submitted for beta review.')
  }
  if (build.usesNonExemptEncryption === null) {
    const code = 'ENTITY_UNPROCESSABLE.MISSING_EXPORT_COMPLIANCE'
    throw unprocessable('The export compliance of the build is not answered.', code)
  }
  if (!call.world.apps.get(build.appId)?.testInformation) {
    throw unprocessable('The beta app description or the test information of the app is missing.')
  }
  if (build.review && build.review.state !== 'REJECTED') {
    throw unprocessable('The build has been submitted for beta review already.')
  }
  const inReview = (state: string | undefined): boolean => state === 'WAITING_FOR_REVIEW' || state === 'IN_REVIEW'
  if (versionOf(call, build).some(({ review }) => inReview(review?.state))) {
    const code = 'ENTITY_UNPROCESSABLE.ANOTHER_BUILD_IN_REVIEW'
    throw unprocessable('Another build of this version is in beta review.', code)
  }
}

export const reviewOperations: Operation[] = [
  collection,
  {
    method: 'POST',
    path: '/v1/betaAppReviewSubmissions',
    body: {
      kind: 'entity',
      type: 'betaAppReviewSubmissions',
      relationships: { build: { type: 'builds', required: true } },
    },
    handle: submit,
  },
  instance('betaAppReviewSubmissions', shape),
  ...toOne('betaAppReviewSubmissions', 'build', 'builds', { fields: ['builds'] }),
]
