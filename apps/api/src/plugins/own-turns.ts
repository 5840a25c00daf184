import { createFairLine } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiServer } from '../server.ts'
import { turnOf } from './auth.ts'
import { isLong } from './large-bodies.ts'
import { whenOver } from './when-over.ts'

/** Small requests of one caller that are worked at together; what is recorded together is fast with fewer. */
const AT_ONCE = { own: 50, all: Infinity, waiting: { own: 2_000, all: 10_000 } }
const PATIENCE_MS = 10_000
const RETRY_AFTER_MS = 2_000
/** Whoever has no turn is told so late: asking again at once would cost more than it is told. */
const TOLD_AFTER_MS = 2_000

/**
 * Thousands of small requests at once, over as many connections, would stand before everybody else's in the process and at the store.
 * So of one caller some are worked at, until their answers are taken, and the others wait behind them. Those of one connection go one
 * by one anyway (in-order.ts); long ones (large-bodies.ts, long-reads.ts) have lines of their own.
 */
export function useOwnTurns(app: ApiServer): void {
  const line = createFairLine(AT_ONCE)

  // Once the caller is known, before a body is read.
  app.addHook('preParsing', async (request, reply) => {
    const actor = turnOf(request)
    if (actor === null || isLong(request)) return
    const end = line.enterAtOnce(actor, 1)
    if (end) whenOver(request, reply, end)
    else await wait(actor, request, reply)
  })

  const wait = async (actor: string, request: FastifyRequest, reply: FastifyReply) => {
    const gone = new AbortController()
    const timer = setTimeout(() => gone.abort('late'), PATIENCE_MS)
    whenOver(request, reply, () => gone.abort('gone'))
    const end = await line.enter(actor, 1, gone.signal)
    clearTimeout(timer)
    if (!end) {
      await sleep(TOLD_AFTER_MS)
      throw new AppError('rate_limited', {
        message: 'Very many requests of yours are under way already. Send this one again in a moment.',
        retryAfterMs: RETRY_AFTER_MS,
      })
    }
    whenOver(request, reply, end)
  }
}
