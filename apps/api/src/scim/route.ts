import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import { askedBy, type AskedDeps } from '../on-behalf-of.ts'
import { contextOf, type ScimContext } from './context.ts'

/** Of every SCIM route: a token that is bound to rosters has a directory of its own, and reaches no other. */
export const SCIM_ROUTE: FastifyContextConfig = { scope: 'scim', isForBound: true, isScim: true }

/** Those that change something. */
export const SCIM_CHANGE: FastifyContextConfig = {
  ...SCIM_ROUTE,
  isTraced: true,
  takesBody: true,
  problems: ['store_unavailable', 'conflict', 'limit_reached'],
}

/** What a request that changes something works with. Throws store_unavailable. */
export function openChange(deps: ApiDeps, request: FastifyRequest): ScimContext & { asked: AskedDeps } {
  deps.health.assertTakesWrites()
  return { ...contextOf(deps, request), asked: askedBy(deps, request) }
}
