import type { FastifyContextConfig } from 'fastify'

/** Of every SCIM route: a token that is bound to rosters has a directory of its own, and reaches no other. */
export const SCIM_ROUTE: FastifyContextConfig = { scope: 'scim', isForBound: true, isScim: true }

/** Those that change something. */
export const SCIM_CHANGE: FastifyContextConfig = {
  ...SCIM_ROUTE,
  isTraced: true,
  takesBody: true,
  problems: ['store_unavailable', 'conflict', 'limit_reached'],
}
