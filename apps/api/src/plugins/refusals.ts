import { networkOf } from '@flightroster/core/usecases/sessions'
import type { FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'

const MINUTE_MS = 60_000
/** Networks counted at once; beyond these all are counted anew. */
const NETWORKS = 10_000
/** From so many wrong tokens a minute on, the answer to the next one takes so long. Good tokens never wait. */
const SLOW = [
  { from: 1_000, forMs: 1_000 },
  { from: 100, forMs: 100 },
]
/** Answers held back at once: a flood is not worth more memory. */
const HELD = 1_000

/** Wrong bearer tokens are logged and slowed by the network that they come from. */
export function watchRefusals(): { note(request: FastifyRequest): Promise<void> } {
  const counts = new Map<string, { since: number; count: number }>()
  let held = 0
  const countOne = (network: string) => {
    const now = performance.now()
    const known = counts.get(network)
    if (known && now - known.since < MINUTE_MS) return ++known.count
    if (counts.size >= NETWORKS) counts.clear()
    counts.set(network, { since: now, count: 1 })
    return 1
  }
  return {
    async note(request) {
      const network = networkOf(request.ip)
      const count = countOne(network)
      // The first of a minute, and then every time there are ten times as many.
      if (/^10*$/.test(String(count))) request.log.warn({ event: 'token.refused', network, count }, 'token.refused')
      const slow = SLOW.find(({ from }) => count >= from)
      if (!slow || held >= HELD) return
      held++
      await sleep(slow.forMs).finally(() => held--)
    },
  }
}
