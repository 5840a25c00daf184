import { audit, beginAudit } from '@flightroster/core/usecases/audit'
import type { FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'

/** Who is logged in, as the audit log names them. */
export const actorOf = (request: FastifyRequest) => `user:${request.user.name}`

/** Notes what the user of a page did, in place of what was noted as the request began. */
export async function note(
  deps: ApiDeps,
  request: FastifyRequest,
  action: string,
  target: string,
  detail?: string,
): Promise<void> {
  const begun = request.auditBegun
  request.auditBegun = undefined
  await audit(deps, { actor: actorOf(request), action, target, detail, requestId: request.id }, begun)
}

/** Carries out what the user of a page asks for and notes it: before, too, so that a death in between leaves word of it. */
export async function carryOut<T>(
  deps: ApiDeps,
  request: FastifyRequest,
  { detailOf, ...entry }: { action: string; target: string; detail?: string; detailOf?: (done: T) => string },
  change: () => Promise<T>,
): Promise<T> {
  const about = { actor: actorOf(request), detail: '', ...entry }
  const begun = await beginAudit(deps, about)
  let done: T
  try {
    done = await change()
  } catch (error) {
    await deps.store.audit.end(begun)
    throw error
  }
  await audit(deps, { ...about, ...(detailOf && { detail: detailOf(done) }), requestId: request.id }, begun)
  return done
}
