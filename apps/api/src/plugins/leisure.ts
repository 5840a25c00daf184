import type { FastifyRequest } from 'fastify'
import type { ApiServer } from '../server.ts'

/** Long work of the process, in pieces of some milliseconds at most, and the small requests that go before it. */
export interface Leisure {
  /** A small request is under way until the function returned is called. */
  begin(): () => void
  /** Resolves when the next piece may run. Whoever asks, in the order of asking: one piece a turn of the event loop. */
  turn(): Promise<void>
}

/** So many times as long as a piece took, small requests under way go before the next one: long work keeps a third of the time. */
const GIVEN = 2
/** A request that takes longer than this waits for its sender, or for Apple, and long work need not wait for it. */
const SMALL_MS = 250

/**
 * | small requests under way | the next piece runs |
 * | --- | --- |
 * | none | in the next turn of the loop |
 * | some | when the last of them ends, or when they have had twice the time of the piece before |
 *
 * A small request that took part in every turn beside a piece of long work would wait for one piece with each of its own steps: its
 * head, its token, the store's answer. So it waits for the rest of one piece, and for little else.
 */
export function createLeisure(now: () => number = () => performance.now()): Leisure {
  const waiting: (() => void)[] = []
  /** When each began, the oldest first. */
  const small = new Set<{ since: number }>()
  let theirsUntil = 0
  let isLooking = false
  let timer: NodeJS.Timeout | undefined

  const look = () => {
    isLooking = false
    clearTimeout(timer)
    for (const one of small) {
      if (now() - one.since < SMALL_MS) break
      small.delete(one)
    }
    const rest = theirsUntil - now()
    if (small.size > 0 && rest > 0) {
      if (waiting.length > 0) timer = setTimeout(lookSoon, rest)
      return
    }
    const next = waiting.shift()
    if (!next) return
    const begun = now()
    next()
    // Behind the piece, which runs in what is queued by now.
    queueMicrotask(() =>
      process.nextTick(() => {
        theirsUntil = now() + GIVEN * (now() - begun)
      }),
    )
    lookSoon()
  }
  const lookSoon = () => {
    if (isLooking || waiting.length === 0) return
    isLooking = true
    setImmediate(look)
  }
  return {
    begin() {
      const one = { since: now() }
      small.add(one)
      return () => {
        if (small.delete(one) && small.size === 0) lookSoon()
      }
    },
    turn: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        lookSoon()
      }),
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    leisure: Leisure
  }
}

/** Tells small requests from long ones by what they announce. */
export function useLeisure(app: ApiServer, isLong: (request: FastifyRequest) => boolean): void {
  const leisure = createLeisure()
  app.decorate('leisure', leisure)
  const ends = new WeakMap<FastifyRequest, () => void>()
  app.addHook('onRequest', (request, reply, done) => {
    if (!isLong(request)) {
      const end = leisure.begin()
      ends.set(request, end)
      // Whoever hangs up gets no answer, so the hook below does not come.
      reply.raw.once('close', end)
    }
    done()
  })
  app.addHook('onResponse', (request, _reply, done) => {
    ends.get(request)?.()
    done()
  })
}
