import { AppError } from '@flightroster/core/errors'
import { networkOf } from '@flightroster/core/usecases/sessions'
import type { FastifyRequest } from 'fastify'
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { ApiServer } from '../server.ts'
import { createFairLine } from '@flightroster/core/domain'

/** Bytes up to which a body is read at once: that takes less than a millisecond or two. */
const LARGE_BODY = 64 * 1024
const MB = 1024 * 1024

/** Bytes of large bodies in memory at once: one actor's, everybody's. One large body alone may be more. */
const OWN_BYTES = 8 * MB
const ALL_BYTES = 64 * MB
/** Of those who need no token, by network: some payloads of a membership system at once. */
const UNKNOWN_BYTES = { own: 2 * MB, all: 8 * MB }
/** Large bodies whose sender is kept waiting before they are read. */
const WAITING = { own: 32, all: 256 }
const PATIENCE_MS = 10_000
const RETRY_AFTER_MS = 2_000
/** A step that took longer is followed by a rest as long: half of the time stays everybody else's. */
const LONG_STEP_MS = 4

/** Does one piece of work that holds the process for some milliseconds; before and after it, others have their turn. */
export type Step = <T>(work: () => T) => Promise<T>

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
  }
}

const atOnce: Step = async (work) => work()

const inSteps: Step = async (work) => {
  await breathe()
  const begun = performance.now()
  try {
    return work()
  } finally {
    const took = performance.now() - begun
    if (took > LONG_STEP_MS) await sleep(took)
  }
}

/**
 * What a large body costs is its sender's: its memory (bytes at once, of one actor and in all; others wait before they are read),
 * and its time (one is parsed at a time, in steps). Small requests of others go between the steps.
 */
export function useLargeBodies(app: ApiServer): void {
  const memory = createFairLine({ own: OWN_BYTES, all: ALL_BYTES, waiting: WAITING })
  const unknown = createFairLine({ ...UNKNOWN_BYTES, waiting: WAITING })
  const time = createFairLine({ own: 1, all: 1, waiting: { own: Infinity, all: Infinity } })

  const ends = new WeakMap<FastifyRequest, () => void>()

  // After the caller and its rate are known, before a byte is read: whoever waits is held by its own connection.
  app.addHook('preParsing', async (request, reply) => {
    if (request.routeOptions.config.streamsBody) return
    const bytes = announcedBytes(request)
    if (bytes <= LARGE_BODY) return
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS)
    reply.raw.once('close', () => patience.abort())
    const line = isKnown(request) ? memory : unknown
    const actor = isKnown(request) ? actorOf(request) : networkOf(request.ip)
    const end = await line.enter(actor, bytes, patience.signal)
    clearTimeout(timer)
    if (!end) {
      throw new AppError('rate_limited', {
        message: 'Many large bodies are on their way already. Send this one again in a moment.',
        retryAfterMs: RETRY_AFTER_MS,
      })
    }
    // Whoever hangs up in the middle of a body gets no answer, so the hook below does not come.
    reply.raw.once('close', end)
    ends.set(request, end)
    if (reply.raw.destroyed) end()
  })
  app.addHook('onResponse', async (request) => ends.get(request)?.())
  app.decorate('bodyTurns', {
    async take(request, bytes, work) {
      if (bytes <= LARGE_BODY) return work(atOnce)
      const end = await time.enter(actorOf(request), 1)
      try {
        return await work(inSteps)
      } finally {
        end?.()
      }
    },
  })
}

/** What is sent in chunks may be as long as the route takes. */
function announcedBytes({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit ?? MB
  if (headers['transfer-encoding'] !== undefined) return limit
  const bytes = Number(headers['content-length'] ?? 0)
  // It is refused as too long before it is read.
  return bytes > limit ? 0 : bytes
}

const isKnown = ({ caller, user }: FastifyRequest) => Boolean(caller ?? user)

/** Whoever needs no token has one share of the time together. */
function actorOf({ caller, user }: FastifyRequest): string {
  if (caller) return `token:${caller.id}`
  return user ? `user:${user.name}` : 'anyone'
}
