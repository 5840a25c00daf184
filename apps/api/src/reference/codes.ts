import type { ErrorCode } from '@flightroster/core/errors'
import type { FastifyContextConfig, FastifySchema } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Codes that the route refuses with, beside those that every route has (`codesOf`). */
    problems?: readonly ErrorCode[]
  }
}

const OF_ALL: readonly ErrorCode[] = ['request_invalid', 'internal']
/** Any route with a token may answer these. */
const EVERYWHERE: readonly ErrorCode[] = [
  ...OF_ALL,
  'unauthenticated',
  'scope_missing',
  'rate_limited',
  'store_unavailable',
]
/** Of routes without a body as well: one that is sent all the same is read before it is refused. */
const OF_BODIES: readonly ErrorCode[] = ['body_too_large', 'media_type_unsupported']
const WITHOUT_BODY = new Set(['GET', 'HEAD'])

/** Every code that a route may refuse with. In tests an answer with another one is a fault (`useDeclaredCodes`). */
export function codesOf({
  method,
  config,
  schema,
}: {
  method: string | string[]
  config?: FastifyContextConfig
  schema?: FastifySchema | undefined
}): ErrorCode[] {
  const isPublic = config?.scope === 'public'
  return [
    ...new Set<ErrorCode>([
      ...(isPublic ? OF_ALL : EVERYWHERE),
      ...(schema?.params ? (['not_found'] as const) : []),
      ...([method].flat().every((one) => WITHOUT_BODY.has(one)) ? [] : OF_BODIES),
      ...(config?.problems ?? []),
    ]),
  ]
}
