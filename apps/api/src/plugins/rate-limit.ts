import { AppError } from '@flightroster/core/errors'
import rateLimit from '@fastify/rate-limit'
import type { ApiServer } from '../server.ts'

const MINUTE_MS = 60_000
/** Tokens counted at once. */
const TOKENS = 5_000

/** So many requests a minute and token, counted by each process for itself: it works while the store is away. */
export async function useRateLimit(app: ApiServer, deps: { rateLimitPerMinute: number }): Promise<void> {
  await app.register(rateLimit, {
    // After the token is known, before a body is read.
    hook: 'preParsing',
    max: deps.rateLimitPerMinute,
    timeWindow: MINUTE_MS,
    cache: TOKENS,
    keyGenerator: (request) => (request.caller === null ? '' : request.caller.id),
    allowList: (request) => request.caller === null,
    addHeaders: {
      'x-ratelimit-limit': false,
      'x-ratelimit-remaining': false,
      'x-ratelimit-reset': false,
      'retry-after': false,
    },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: (_request, { ttl }) => new AppError('rate_limited', { retryAfterMs: ttl }),
  })
}
