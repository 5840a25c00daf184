import type { Clock } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import rateLimit from '@fastify/rate-limit'
import type { ApiServer } from '../server.ts'

const MINUTE_MS = 60_000
/** Tokens counted at once. */
const TOKENS = 5_000

/** So many requests a minute and token, counted by each process for itself: it works while the store is away. */
export async function useRateLimit(
  app: ApiServer,
  deps: { rateLimitPerMinute: number; clock: Pick<Clock, 'monotonic'> },
): Promise<void> {
  const counts = new MinuteCounts(deps.clock)
  await app.register(rateLimit, {
    // After the token is known, before a body is read.
    hook: 'preParsing',
    max: deps.rateLimitPerMinute,
    timeWindow: MINUTE_MS,
    store: class {
      incr = counts.incr.bind(counts)
      /** No route has a limit of its own. */
      child = () => this
    },
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

/**
 * Requests of the running minute by token. The plugin's own store hands out the very object that it counts in, and the
 * plugin looks at it a turn later: of requests that came together each is then judged by the number of all of them, and
 * half of what was allowed was refused.
 */
class MinuteCounts {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #counts = new Map<string, { count: number; endsAt: number }>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  incr(token: string, tell: (error: Error | null, result?: { current: number; ttl: number }) => void): void {
    const now = this.#clock.monotonic()
    const known = this.#counts.get(token)
    const running = known !== undefined && known.endsAt > now ? known : { count: 0, endsAt: now + MINUTE_MS }
    running.count += 1
    // Last in the order of the map: the one who asked longest ago makes room.
    this.#counts.delete(token)
    this.#counts.set(token, running)
    if (this.#counts.size > TOKENS) this.#counts.delete(this.#counts.keys().next().value ?? '')
    tell(null, { current: running.count, ttl: Math.ceil(running.endsAt - now) })
  }
}

/** The same for what comes without a token: throws rate_limited from the one too many of a minute on. */
export function createMinuteLimit(most: number, clock: Pick<Clock, 'monotonic'>): (sender: string) => void {
  const counts = new MinuteCounts(clock)
  return (sender) =>
    counts.incr(sender, (_error, counted) => {
      if (counted && counted.current > most) throw new AppError('rate_limited', { retryAfterMs: counted.ttl })
    })
}
