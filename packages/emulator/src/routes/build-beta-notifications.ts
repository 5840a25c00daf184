import { externalState, isHeld } from '../build-states.ts'
import { stateError } from '../errors.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { unknownRelated } from '../refusals.ts'
import { findBuild } from '../resources.ts'

/** "Notify Testers": an approved build that is held reaches its groups. */
function notify(call: Call): Answer {
  const id = call.body.relationships.build?.[0]?.id ?? ''
  const build = findBuild(id, call)
  if (!build) throw unknownRelated('build', 'builds', id)
  if (build.autoNotify) throw stateError('Auto notify is already enabled for this build.')
  if (externalState(build, call.now) !== 'BETA_APPROVED' || !isHeld(build)) {
    throw stateError('Testers can be notified of a build once, when it is approved.')
  }
  call.world.releaseBuild(build, call.now)
  return {
    status: 201,
    body: {
      data: { type: 'buildBetaNotifications', id: build.id },
      links: { self: `${call.base}/v1/buildBetaNotifications/${build.id}` },
    },
  }
}

export const notificationOperations: Operation[] = [
  {
    method: 'POST',
    path: '/v1/buildBetaNotifications',
    body: {
      kind: 'entity',
      type: 'buildBetaNotifications',
      relationships: { build: { type: 'builds', required: true } },
    },
    handle: notify,
  },
]
