import type { Clock } from '../../domain/clock.ts'
import { isTimedOut } from '../../store/index.ts'

/**
 * Pages of large requests that are under way at once, at most. Each asks the store five times, one time after the other, and the store
 * syncs its file each time: with three pages both sides waited for half of it, with ten a sync is shared by what waits for it.
 */
const MOST = 10
const FIRST = 4
/**
 * A page waits for those before it. Where the machine is busy, ten in a row take longer than a command may, and a store that works would
 * count as one that does not answer.
 */
const QUICK_MS = 500
const SLOW_MS = 1_200
/** How often what the store did not answer in time is asked of it. */
const TRIES = 5

type Pages = AsyncIterable<readonly string[]> | Iterable<readonly string[]>
/** May be called more than once with a page, which then has one effect. */
type PageWork = (page: readonly string[]) => Promise<void>

/** How many pages are under way at once: as many as the store takes without letting one wait, of all large requests together. */
export interface Pace {
  /** Takes part with one large request. It begins anew once none does. */
  join(): PacedRequest
  limit(): number
}

/** A large request among the others. */
export interface PacedRequest {
  /** Pages are taken one after the other, each when it is this request's turn, and worked on at once. The first failure is thrown. */
  inPages: (pages: Pages, work: PageWork) => Promise<void>
  end: () => void
}

const paces = new WeakMap<object, Pace>()

/** The pace of a process at its store. */
export function paceOf({ store, clock }: { store: object; clock: Clock }): Pace {
  const known = paces.get(store) ?? createPace(clock)
  paces.set(store, known)
  return known
}

/**
 * Begins with few pages; one that was quick is followed by one more, after a slow one there are half as many.
 * @internal
 */
export function createPace(clock: Clock): Pace {
  let limit = FIRST
  let slowedAt = Number.NEGATIVE_INFINITY
  let requests = 0
  let underWay = 0
  /** In the order in which they asked: each request asks for one page at a time. */
  const waiting: (() => void)[] = []

  const callNext = () => {
    while (underWay < limit) {
      const next = waiting.shift()
      if (!next) return
      underWay++
      next()
    }
  }
  const turn = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      callNext()
    })
  const endTurn = () => {
    underWay--
    callNext()
  }
  // Those that were under way together are slow for one reason, which counts once.
  const slowDown = (begun: number) => {
    if (begun < slowedAt) return
    limit = Math.max(1, Math.floor(limit / 2))
    slowedAt = clock.monotonic()
  }
  const carryOut = (page: readonly string[], work: PageWork) => {
    let begun = clock.monotonic()
    return patiently(
      async () => {
        begun = clock.monotonic()
        await work(page)
        const tookMs = clock.monotonic() - begun
        if (tookMs < QUICK_MS) limit = Math.min(MOST, limit + 1)
        else if (tookMs > SLOW_MS) slowDown(begun)
      },
      () => slowDown(begun),
    )
  }
  return {
    limit: () => limit,
    join() {
      requests++
      return {
        async inPages(pages, work) {
          const ours = new Set<Promise<void>>()
          const failures: unknown[] = []
          await turn()
          try {
            for await (const page of pages) {
              const one: Promise<void> = carryOut(page, work)
                .catch((error: unknown) => void failures.push(error))
                .finally(() => {
                  ours.delete(one)
                  endTurn()
                })
              ours.add(one)
              await turn()
              if (failures.length > 0) break
            }
          } finally {
            endTurn()
            await Promise.all(ours)
          }
          if (failures.length > 0) throw failures[0]
        },
        end() {
          requests--
          if (requests > 0) return
          limit = FIRST
          slowedAt = Number.NEGATIVE_INFINITY
        },
      }
    },
  }
}

/** What the store did not answer in time is asked again: it is busy, and whoever sent a large request would be told that it is away. */
export async function patiently<T>(work: () => Promise<T>, onTimeout: () => void = () => {}): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries >= TRIES || !isTimedOut(error)) throw error
      onTimeout()
    }
  }
}
