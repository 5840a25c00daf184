import type { FastifyContextConfig, FastifyRequest } from 'fastify'
import type { ApiDeps } from '../deps.ts'
import type { JsonBounds } from '../plugins/json-shape.ts'
import { askedBy, type AskedDeps } from '../on-behalf-of.ts'
import { contextOf, type ScimContext } from './context.ts'

/** Of every SCIM route: a token that is bound to rosters has a directory of its own, and reaches no other. */
export const SCIM_ROUTE: FastifyContextConfig = { scope: 'scim', isForBound: true, isScim: true }

/** A group of tens of thousands as one list, each with a few words about them. */
const SCIM_BOUNDS: JsonBounds = { depth: 64, entries: 40_000, values: 200_000 }

/** Those that change something. */
export const SCIM_CHANGE: FastifyContextConfig = {
  ...SCIM_ROUTE,
  isTraced: true,
  takesBody: true,
  jsonBounds: SCIM_BOUNDS,
  problems: ['store_unavailable', 'conflict', 'limit_reached'],
}

/** What a request that changes something works with. Throws store_unavailable. */
export function openChange(deps: ApiDeps, request: FastifyRequest): ScimContext & { asked: AskedDeps } {
  deps.health.assertTakesWrites()
  return { ...contextOf(deps, request), asked: askedBy(deps, request) }
}
