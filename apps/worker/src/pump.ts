import type { Log } from '@flightroster/core/log'
import type { Claim, ReadyIndex } from '@flightroster/core/store'
import type { VisitEnd } from '@flightroster/core/usecases/lanes'

export interface PumpDeps {
  ready: ReadyIndex
  log: Log
  /** Visits at once. */
  concurrency: number
  /** Only these lanes; all when undefined. */
  only: readonly string[] | undefined
  /** One turn at a lane; when it is next due. */
  visit: (claim: Claim, claimMs: number) => Promise<VisitEnd>
}

/** Brings a worker to lanes that are due. */
export interface Pump {
  /** A lane has work: visited at once when there is room. */
  doorbell(lane: string): void
  start(): void
  /** Takes no further lane and waits for the visits under way. */
  drain(): Promise<void>
  running(): number
}

/** A claim of a dead worker ends after this; a living one extends it with the lease. */
const CLAIM_MS = 20_000
const POLL_MS = 500
/** After a visit that a bug ended. */
const FAILED: VisitEnd = { inMs: 5_000, holdMs: 1_000, idle: 'nothing' }

/**
 * ⑤ Takes due lanes from the ready index and visits them, several at once: 20,000 lanes cost two connections and a poll.
 * The doorbell makes it quick, the poll makes it sure.
 */
export function createPump(deps: PumpDeps): Pump {
  /** By claim: a lane that is rung during its visit may be claimed again meanwhile, and each is waited for. */
  const running = new Map<Claim, Promise<void>>()
  let draining = false
  let timer: NodeJS.Timeout | undefined
  let claiming: Promise<void> | null = null
  let again = false

  const visit = async (claim: Claim) => {
    let end = FAILED
    try {
      end = await deps.visit(claim, CLAIM_MS)
    } catch (error) {
      deps.log.error({ err: error, lane: claim.lane }, 'A visit failed.')
    }
    if (claim.until === 0) return void running.delete(claim)
    try {
      await deps.ready.settle(claim, end)
    } catch (error) {
      deps.log.warn({ err: error, lane: claim.lane }, 'The claim could not be settled; it runs out by itself.')
    }
    running.delete(claim)
    pull()
    wakeIn(end.inMs ?? POLL_MS)
    wakeIn(end.holdMs)
  }
  /** A lane that is due before the next poll, or was rung while it was held, is not kept waiting for it. */
  const wakeIn = (inMs: number) => {
    if (inMs > 0 && inMs < POLL_MS) setTimeout(() => pull(), inMs + 1).unref()
  }

  const claim = async (only: readonly string[] | undefined) => {
    const free = deps.concurrency - running.size
    if (draining || free <= 0) return
    const claims = await deps.ready.claim({ limit: free, claimMs: CLAIM_MS, only })
    for (const item of claims) running.set(item, visit(item))
  }

  /** One claim at a time; a call meanwhile means once more afterwards. */
  const pull = (only: readonly string[] | undefined = deps.only) => {
    if (claiming) {
      again = true
      return
    }
    claiming = claim(only)
      .catch((error: unknown) => deps.log.warn({ err: error }, 'Due lanes could not be claimed; tried again.'))
      .finally(() => {
        claiming = null
        if (!again) return
        again = false
        pull()
      })
  }

  return {
    doorbell(lane) {
      if (deps.only && !deps.only.includes(lane)) return
      if ([...running.keys()].some((claim) => claim.lane === lane)) return
      // Who has nothing else to do opens the lane in the step that claims it. Of many lanes, most are another worker's.
      if (running.size > 0 || claiming || draining) return pull([lane])
      const unclaimed: Claim = { lane, until: 0 }
      running.set(unclaimed, visit(unclaimed))
    },
    start() {
      timer = setInterval(() => pull(), POLL_MS)
      pull()
    },
    async drain() {
      draining = true
      clearInterval(timer)
      await claiming
      await Promise.all(running.values())
    },
    running: () => running.size,
  }
}
