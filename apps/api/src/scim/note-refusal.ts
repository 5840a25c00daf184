import { noteOddOfAll, noteOddOfGroup, noteOddOfUser } from '@flightroster/core/usecases/scim'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import { askedBy } from '../on-behalf-of.ts'
import { contextOf } from './context.ts'
import type { ScimFault } from './fault.ts'

/** Not valid, or too much. What is taken (409) or gone (404), providers mend by themselves. */
const TOLD = new Set([400, 413])
/** What paths and filters quote may be an address. */
const QUOTING = new Set(['invalidPath', 'invalidFilter'])

/**
 * A change that could not be read leaves a line: some providers do not send it again, and nobody else would know. The answer is the same
 * where the line can't be kept.
 */
export async function noteRefusal(deps: ApiDeps, request: FastifyRequest, fault: ScimFault): Promise<void> {
  if (!TOLD.has(fault.status) || request.method === 'GET') return
  try {
    await note(deps, request, fault)
  } catch {
    // The store did not answer.
  }
}

async function note(deps: ApiDeps, request: FastifyRequest, fault: ScimFault): Promise<void> {
  const { scimType = '', message } = fault
  const detail = `a change was refused: ${QUOTING.has(scimType) ? scimType : message}`
  const { directory } = contextOf(deps, request)
  const asked = askedBy(deps, request)
  const { scimGroupId, scimUserId } = request.params as { scimGroupId?: string; scimUserId?: string }
  // Only ids that are ours are told: whatever else stands there may be an address.
  const user = scimUserId === undefined ? undefined : await directory.store.users.find(scimUserId)
  if (user) return noteOddOfUser(asked, directory, user.id, detail)
  const group = scimGroupId === undefined ? undefined : await directory.store.groups.find(scimGroupId)
  if (group) return noteOddOfGroup(asked, directory, group, detail)
  return noteOddOfAll(asked, directory, `SCIM, a user or group that is not here: ${detail}`)
}
