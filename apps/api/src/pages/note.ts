import { audit } from '@flightroster/core/usecases/audit'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'

/** Who is logged in, as the audit log names them. */
export const actorOf = (request: FastifyRequest) => `user:${request.user.name}`

/** Notes what the user of a page did. */
export async function note(
  deps: ApiDeps,
  request: FastifyRequest,
  action: string,
  target: string,
  detail?: string,
): Promise<void> {
  await audit(deps, { actor: actorOf(request), action, target, detail, requestId: request.id })
}
