import { createFairLine } from '@flightroster/core/domain'
import { AppError } from '@flightroster/core/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { queryOf } from '../request-texts.ts'
import type { ApiServer } from '../server.ts'
import { turnOf } from './auth.ts'
import { whenOver } from './when-over.ts'

/** Requests at once that look through very much: of one actor, of all. */
const AT_ONCE = { own: 1, all: 2, waiting: { own: 50, all: 300 } }
/** Files on their way to whoever takes them, however slowly. */
const FILES = { own: 4, all: 40, waiting: { own: 0, all: 0 } }
const PATIENCE_MS = 10_000
const RETRY_AFTER_MS = 2_000
/** Whoever has no turn is told so late: asking again at once would cost more than it is told. */
const TOLD_AFTER_MS = 250
/** A page of more members than this is long. */
const SHORT_PAGE = 200

declare module 'fastify' {
  interface FastifyInstance {
    /** A place for a long answer that is no file, until it is taken as a whole; one of an actor at a time. False: it has one already. */
    takeLongPlace(request: FastifyRequest, reply: FastifyReply): Promise<boolean>
  }
  interface FastifyContextConfig {
    /** Looks through very much: always, or where it is searched, is given as a file, or the page is a large one. */
    readsMuch?: 'always' | 'searched'
  }
}

/** Told by the head of a request, so that it is known before anything is read. */
export function isLongRead(request: FastifyRequest): boolean {
  const { readsMuch } = request.routeOptions.config
  if (readsMuch !== 'searched') return readsMuch === 'always'
  const { q, sort, problem } = queryOf(request)
  return [q, sort, problem].some((asked = '') => asked !== '') || limitOf(request) > SHORT_PAGE || isFile(request)
}

/** A text before the query is looked at, a number after it. */
const limitOf = ({ query }: FastifyRequest) =>
  typeof query === 'object' && query !== null && 'limit' in query ? Number(query.limit) : 0

const isFile = ({ headers, routeOptions }: FastifyRequest) =>
  /\b(?:csv|ndjson)\b/i.test(headers.accept ?? '') || routeOptions.url?.endsWith('.csv') === true

/**
 * A search reads all members of a roster, and costs its sender nothing. So these go one at a time for each actor and by turns, and
 * their pieces after the small requests under way (leisure.ts in core's domain). Whoever takes a file slowly keeps no turn.
 *
 * | a long read | has |
 * | --- | --- |
 * | is answered at once | its turn until the answer goes out |
 * | is a file | its turn until the file begins, and a place among the files until its end |
 * | is long JSON (long-answers.ts) | its turn until the answer begins, and all of its actor's places among the files until its end |
 */
export function useLongReads(app: ApiServer): void {
  const turns = createFairLine(AT_ONCE)
  const files = createFairLine(FILES)
  const ends = new WeakMap<FastifyRequest, () => void>()

  app.decorate('takeLongPlace', async (request, reply) => {
    const end = await files.enter(turnOf(request) ?? '', FILES.own)
    if (end) whenOver(request, reply, end)
    return end !== undefined
  })

  app.addHook('preHandler', async (request: FastifyRequest, reply: FastifyReply) => {
    if (!isLongRead(request)) return
    const actor = turnOf(request) ?? ''
    const gone = new AbortController()
    const timer = setTimeout(() => gone.abort('late'), PATIENCE_MS)
    whenOver(request, reply, () => gone.abort('gone'))
    const file = isFile(request) ? await files.enter(actor, 1) : () => {}
    const end = file && (await turns.enter(actor, 1, gone.signal))
    clearTimeout(timer)
    if (!end) {
      file?.()
      await sleep(TOLD_AFTER_MS)
      throw new AppError('rate_limited', {
        message: 'Searches and files of yours are under way already. Ask for this one again in a moment.',
        retryAfterMs: RETRY_AFTER_MS,
      })
    }
    ends.set(request, end)
    whenOver(request, reply, () => {
      end()
      file()
    })
  })
  app.addHook('onSend', (request, _reply, _payload, done) => {
    ends.get(request)?.()
    done()
  })
}
