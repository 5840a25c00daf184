/** Long work of the process, in pieces of some milliseconds at most, and the small requests that go before it. */
export interface Leisure {
  /** A small request is under way until the function returned is called. */
  begin(): () => void
  /** Resolves when the next piece may run. Whoever asks, in the order of asking: one piece a turn of the event loop. */
  turn(): Promise<void>
  /** Does a piece that another process works at, such as the store: small requests under way have their time after it as well. */
  take<T>(work: () => Promise<T>): Promise<T>
}

/** So many times as long as a piece took, small requests under way go before the next one: long work keeps a third of the time. */
const GIVEN = 2
/** A request that takes longer than this waits for its sender, or for Apple, and long work need not wait for it. */
const SMALL_MS = 250
/** What another process takes this long for waits for other things than for us. */
const LONGEST_MS = 20

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

  const give = (tookMs: number) => {
    theirsUntil = Math.max(theirsUntil, now() + GIVEN * tookMs)
  }
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
        give(now() - begun)
      }),
    )
    lookSoon()
  }
  const lookSoon = () => {
    if (isLooking || waiting.length === 0) return
    isLooking = true
    setImmediate(look)
  }
  const turn = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve)
      lookSoon()
    })
  return {
    begin() {
      const one = { since: now() }
      small.add(one)
      return () => {
        if (small.delete(one) && small.size === 0) lookSoon()
      }
    },
    turn,
    async take(work) {
      await turn()
      const begun = now()
      try {
        return await work()
      } finally {
        give(Math.min(now() - begun, LONGEST_MS))
      }
    },
  }
}
