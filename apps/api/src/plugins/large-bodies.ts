import { AppError } from '@flightroster/core/errors'
import { siteOf } from '@flightroster/core/usecases/sessions'
import type { FastifyRequest, RequestPayload } from 'fastify'
import { Readable } from 'node:stream'
import type { ApiServer } from '../server.ts'
import { createFairLine, type Leisure } from '@flightroster/core/domain'
import { turnOf } from './auth.ts'
import { useDiscard } from './discard.ts'
import { isLongRead } from './long-reads.ts'
import { whenOver } from './when-over.ts'
import { createShapeCheck, JSON_BOUNDS, type JsonBounds, type ShapeCheck } from './json-shape.ts'
import { useLeisure } from './leisure.ts'

/** Bytes up to which a body is read at once: that takes less than a millisecond or two. */
const LARGE_BODY = 64 * 1024
const MB = 1024 * 1024

/** Bytes of large bodies in memory at once: one actor's, everybody's. One large body alone may be more. */
const OWN_BYTES = 8 * MB
const ALL_BYTES = 64 * MB
/** Of those who need no token, by site: some payloads of a membership system at once. */
const UNKNOWN_BYTES = { own: 2 * MB, all: 8 * MB }
/** Large bodies whose sender is kept waiting before they are read. */
const WAITING = { own: 32, all: 256 }
const PATIENCE_MS = 10_000
const RETRY_AFTER_MS = 2_000
/** Without a reason, each abort makes an error with its stack. */
const GONE = 'gone'

/** Does one piece of work that holds the process for some milliseconds; small requests under way go before it. */
export type Step = <T>(work: () => T) => Promise<T>

/** Who reads a large body when. */
export interface BodyTurns {
  /**
   * Large bodies are read one after the other, in steps, and by turns of those who sent them; small ones at once. `work` gets
   * the step to do its work in.
   */
  take<T>(request: FastifyRequest, bytes: number, work: (step: Step) => Promise<T>): Promise<T>
}

declare module 'fastify' {
  interface FastifyInstance {
    bodyTurns: BodyTurns
  }
  interface FastifyContextConfig {
    /** The body is read piece by piece while it comes in, with a limit of its own: it is never in memory as a whole. */
    streamsBody?: boolean
    /** What JSON is held to, a large body while it comes in, before the rest is read; absent: JSON_BOUNDS. */
    jsonBounds?: JsonBounds
  }
}

const atOnce: Step = async (work) => work()

/**
 * What a large body costs is its sender's: its memory (bytes at once, of one actor and in all; others wait before they are read),
 * and its time (one is parsed at a time, in steps). Small requests of others go between the steps.
 */
export function useLargeBodies(app: ApiServer): void {
  const memory = createFairLine({ own: OWN_BYTES, all: ALL_BYTES, waiting: WAITING })
  const unknown = createFairLine({ ...UNKNOWN_BYTES, waiting: WAITING })
  const time = createFairLine({ own: 1, all: 1, waiting: { own: Infinity, all: Infinity } })

  const inSteps: Step = async (work) => {
    await app.leisure.turn()
    return work()
  }

  // After the caller and its rate are known, before a byte is read: whoever waits is held by its own connection.
  app.addHook('preParsing', async (request, reply, body) => {
    if (request.routeOptions.config.streamsBody) return
    const bytes = announcedBytes(request)
    if (bytes <= LARGE_BODY) return
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(GONE), PATIENCE_MS)
    whenOver(request, reply, () => patience.abort(GONE))
    const known = turnOf(request)
    const [line, sender] = known === null ? [unknown, siteOf(request.ip)] : [memory, known]
    const end = await line.enter(sender, bytes, patience.signal)
    clearTimeout(timer)
    if (!end) {
      throw new AppError('rate_limited', {
        message: 'Many large bodies are on their way already. Send this one again in a moment.',
        retryAfterMs: RETRY_AFTER_MS,
      })
    }
    whenOver(request, reply, end)
    const shape = isReadAsJson(request) ? createShapeCheck(boundsOf(request)) : undefined
    return Readable.from(inTurns(body, app.leisure, shape), { objectMode: false })
  })
  app.decorate('bodyTurns', {
    async take(request, bytes, work) {
      if (bytes <= LARGE_BODY) return work(atOnce)
      // Whoever needs no token has one share of the time together.
      const end = await time.enter(turnOf(request) ?? 'anyone', 1)
      try {
        return await work(inSteps)
      } finally {
        end?.()
      }
    },
  })
}

/** As it comes in, some 64 KB a turn: left to itself, Node reads up to 2 MB of each connection in one. */
async function* inTurns(
  body: RequestPayload,
  leisure: Leisure,
  shape: ShapeCheck | undefined,
): AsyncGenerator<Buffer, void> {
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    await leisure.turn()
    shape?.look(chunk as Buffer)
    yield chunk as Buffer
  }
}

/** What JSON that a route reads is held to. */
export const boundsOf = ({ routeOptions }: FastifyRequest): JsonBounds => routeOptions.config.jsonBounds ?? JSON_BOUNDS

/** Other bodies are refused by their parsers, with another reason; or taken as they are, whatever they hold. */
const isReadAsJson = ({ headers, server }: FastifyRequest) =>
  server.hasContentTypeParser('application/json') &&
  headers['content-encoding'] === undefined &&
  /^[^;]*json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i.test(headers['content-type'] ?? '')

/** Before all others that look at a request: what is long is told by its head. */
export function tellLongFromSmall(app: ApiServer, { leisure }: { leisure: Leisure }): void {
  useLeisure(app, leisure, isLong)
  useDiscard(app, isLong)
}

/** Told by its head. */
export const isLong = (request: FastifyRequest) =>
  request.routeOptions.config.streamsBody === true || sentBytes(request) > LARGE_BODY || isLongRead(request)

/** As announced, whether or not the route takes as much. */
function sentBytes({ headers }: FastifyRequest): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity
}

/** What is sent in chunks may be as long as the route takes. */
function announcedBytes({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit ?? MB
  if (headers['transfer-encoding'] !== undefined) return limit
  const bytes = Number(headers['content-length'] ?? 0)
  // It is refused as too long before it is read.
  return bytes > limit ? 0 : bytes
}
