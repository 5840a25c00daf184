import { randomUUID } from 'node:crypto'
import { entityError, stateError } from '../errors.ts'
import type { Answer, Call, Operation } from '../operation.ts'
import { unknownRelated } from '../refusals.ts'
import { findApp } from '../resources.ts'

/** An invitation on top of the one that a create or an add already sent: another mail each time. */
function invite(call: Call): Answer {
  const appId = call.body.relationships.app?.[0]?.id ?? ''
  const testerId = call.body.relationships.betaTester?.[0]?.id
  if (!findApp(appId, call)) throw unknownRelated('app', 'apps', appId)
  if (testerId === undefined) {
    const detail = "You must provide a value for the relationship 'betaTester' with this request"
    throw entityError('RELATIONSHIP.REQUIRED', '/data/relationships/betaTester', detail)
  }
  const { truth, invitations } = call.world
  const row = truth.byId.get(testerId)
  if (!row || row.issuerId !== call.issuerId || !row.appIds.includes(appId)) {
    throw unknownRelated('betaTester', 'betaTesters', testerId)
  }
  if (row.state === 'ACCEPTED' || row.state === 'INSTALLED') {
    throw stateError('The tester has already accepted the invitation', 'STATE_ERROR.TESTER_INVITE.ALREADY_ACCEPTED')
  }
  if (row.state === 'REVOKED' || !invitations.canInstall(row, appId, call.now)) {
    throw stateError('The tester has no installable builds', 'STATE_ERROR.TESTER_INVITE.NO_INSTALLABLE_BUILDS')
  }
  invitations.send(row, appId, 'invitation', call.now)
  const id = randomUUID()
  const self = `${call.base}/v1/betaTesterInvitations`
  return {
    status: 201,
    body: { data: { type: 'betaTesterInvitations', id, links: { self: `${self}/${id}` } }, links: { self } },
  }
}

export const invitationOperations: Operation[] = [
  {
    method: 'POST',
    path: '/v1/betaTesterInvitations',
    body: {
      kind: 'entity',
      type: 'betaTesterInvitations',
      relationships: { betaTester: { type: 'betaTesters' }, app: { type: 'apps', required: true } },
    },
    handle: invite,
  },
]
