/** How many tries one process has under way, in all and at each endpoint. */
export interface EndpointPace {
  /** Takes room for tries at this endpoint, as much as there is: 0 where it has as many as it may have, or nobody may have one more. */
  take(webhook: string): number
  /** Of the room that was taken, so much was not needed. */
  giveBack(webhook: string, count: number): void
  /** One try has ended. */
  end(webhook: string, tookMs: number): void
  isFull(): boolean
}

/** Tries at once in this process. Most of them only wait. */
const ALL = 256
/** Fifty slow endpoints, which are as many as one bound token has, leave more than half of all to others. */
const AT_FIRST = 2
const MOST = 8
/** An answer that takes longer is slow. */
const QUICK_MS = 1_000

/**
 * | an answer came | its endpoint has at once |
 * | --- | --- |
 * | never yet | two tries |
 * | within a second | twice as many as before, up to eight |
 * | later, or none did | two |
 */
export function createEndpointPace(): EndpointPace {
  const endpoints = new Map<string, { running: number; most: number }>()
  let total = 0
  const forget = (webhook: string, count: number) => {
    const endpoint = endpoints.get(webhook)
    if (!endpoint) return
    total -= count
    endpoint.running -= count
    if (endpoint.running === 0 && endpoint.most === AT_FIRST) endpoints.delete(webhook)
  }
  return {
    take(webhook) {
      const endpoint = endpoints.get(webhook) ?? { running: 0, most: AT_FIRST }
      const room = Math.max(0, Math.min(ALL - total, endpoint.most - endpoint.running))
      if (room === 0) return 0
      endpoints.set(webhook, endpoint)
      endpoint.running += room
      total += room
      return room
    },
    giveBack: forget,
    end(webhook, tookMs) {
      const endpoint = endpoints.get(webhook)
      if (endpoint) endpoint.most = tookMs <= QUICK_MS ? Math.min(MOST, 2 * endpoint.most) : AT_FIRST
      forget(webhook, 1)
    },
    isFull: () => total >= ALL,
  }
}
