import { setMaxListeners } from 'node:events'
import type { Mailer, UrlGuard } from '@flightroster/core/callbacks'
import type { Clock } from '@flightroster/core/domain'
import type { Log } from '@flightroster/core/log'
import type { Sealer, ToRef } from '@flightroster/core/secrets'
import type { DeliveryClaim, DueWebhook, Store } from '@flightroster/core/store'
import { createWebhookDirectory, sweepWebhooks, tellFacts, tryDelivery } from '@flightroster/core/usecases/callbacks'
import { createEndpointPace } from './endpoint-pace.ts'

export interface CallbacksDeps {
  store: Store
  sealer: Sealer
  toRef: ToRef
  /** The store's clock. */
  clock: Clock
  log: Log
  urlGuard: UrlGuard
  mailer?: Mailer | undefined
  publicUrl: string | undefined
  /** Team keys whose facts this worker tells; all when undefined. */
  only: readonly string[] | undefined
  /** For tests: time limit of one try. */
  timeoutMs?: number
}

/** The part of a worker that tells upstream what happened. */
export interface Callbacks {
  start(): void
  /** Puts a team key's facts on their way; a fault is logged, since a schedule tells them too. */
  tell(teamKey: string): Promise<void>
  /** Begins no further try; those under way get a moment, then they are given back. */
  close(): Promise<void>
}

const POLL_MS = 500
/** An endpoint that has as many tries as it may have goes behind all others. */
const SATURATED_MS = 1_000
/** Facts that the API recorded. */
const TELL_EVERY_MS = 1_000
/** The guarantee behind the hints. */
const SWEEP_EVERY_MS = 30_000
const DUE_AT_ONCE = 200
const LANES_AT_ONCE = 500
const CLOSING_PATIENCE_MS = 3_000

/** Tells upstream: makes deliveries of facts, and tries what is due. Any number of workers do the same. */
export function createCallbacks(deps: CallbacksDeps): Callbacks {
  const { store, clock, log } = deps
  const line = store.deliveryLine
  const directory = createWebhookDirectory(deps)
  const ending = new AbortController()
  setMaxListeners(0, ending.signal)
  const running = new Set<Promise<void>>()
  const pace = createEndpointPace()
  const timers: NodeJS.Timeout[] = []
  let draining = false

  const tryOne = async (claim: DeliveryClaim) => {
    try {
      await tryDelivery({ ...deps, random: Math.random, signal: ending.signal }, claim)
    } catch (error) {
      // Its claim runs out, then it is tried again.
      log.warn({ err: error, webhook: claim.webhook }, 'A callback could not be carried out.')
    }
  }
  const run = async (claim: DeliveryClaim, ended: () => void) => {
    const begun = clock.monotonic()
    await tryOne(claim)
    const othersWait = pace.isFull()
    pace.end(claim.webhook, clock.monotonic() - begun)
    ended()
    // There is room for one more, at this endpoint or at one that waits; where the store does not answer, the poll goes on.
    await (othersWait ? serveDue() : serve(claim.webhook)).catch(() => {})
  }
  const begin = (claim: DeliveryClaim) => {
    const trial = run(claim, () => running.delete(trial))
    running.add(trial)
  }
  /** Tries what is due at one webhook, as far as it and this process have room. */
  const serve = async (webhook: string, seen?: DueWebhook) => {
    if (draining || pace.isFull()) return
    const max = pace.take(webhook)
    const now = clock.now()
    if (max === 0) {
      if (seen) await line.settleDue(seen, now + SATURATED_MS)
      return
    }
    let claims: DeliveryClaim[] = []
    let nextAt: number | null
    try {
      ;({ claims, nextAt } = await line.claim(webhook, { now, max }))
    } finally {
      pace.giveBack(webhook, max - claims.length)
    }
    claims.forEach(begin)
    // What is due already has had its turn, and goes behind those who wait for theirs.
    if (seen) await line.settleDue(seen, nextAt === null ? null : Math.max(nextAt, now))
  }
  const serveDue = async () => {
    if (draining || pace.isFull()) return
    const due = await line.due(clock.now(), DUE_AT_ONCE)
    await Promise.all(due.map((webhook) => serve(webhook.id, webhook)))
  }
  const tell = async (teamKey: string) => {
    try {
      if ((await tellFacts({ ...deps, directory }, teamKey)) > 0) await serveDue()
    } catch (error) {
      log.warn({ err: error, teamKey }, 'Facts could not be queued for delivery; they are tried again.')
    }
  }
  const tellAll = async (lanes: string[]) => {
    for (const lane of lanes) await tell(lane)
  }
  /** A worker for some lanes leaves the hints of all to those who serve all. */
  const tellRecorded = async () =>
    tellAll(await (deps.only ? store.lanesWithFacts([...deps.only]) : store.takeUntold()))
  const sweep = async () => {
    const lanes = deps.only ?? (await store.laneIds())
    for (let from = 0; from < lanes.length; from += LANES_AT_ONCE) {
      await tellAll(await store.lanesWithFacts(lanes.slice(from, from + LANES_AT_ONCE)))
    }
    await sweepWebhooks(deps)
  }
  const every = (ms: number, work: () => Promise<void>) => {
    let busy = false
    const run = () => {
      if (busy || draining) return
      busy = true
      work()
        .catch((error: unknown) => log.warn({ err: error }, 'Callbacks wait for the store.'))
        .finally(() => (busy = false))
    }
    // Jittered, so that workers started together do not all ask at once.
    timers.push(setInterval(run, ms * (0.9 + Math.random() * 0.2)))
    run()
  }

  return {
    start() {
      every(POLL_MS, serveDue)
      every(TELL_EVERY_MS, tellRecorded)
      every(SWEEP_EVERY_MS, sweep)
    },
    tell,
    async close() {
      draining = true
      for (const timer of timers) clearInterval(timer)
      const patience = setTimeout(() => ending.abort(), CLOSING_PATIENCE_MS)
      while (running.size > 0) await Promise.all(running)
      clearTimeout(patience)
    },
  }
}
