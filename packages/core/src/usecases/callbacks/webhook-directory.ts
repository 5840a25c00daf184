import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../../domain/clock.ts'
import { shareWaiting } from '../../domain/most-waiting.ts'
import { toEndpoint, type Notice } from '../../domain/notice.ts'
import type { Webhook } from '../../domain/webhook.ts'
import type { Store } from '../../store/index.ts'

/** The webhooks and notices that facts are told to, kept until one of them changes. */
export interface Told {
  webhooks: Webhook[]
  notices: Notice[]
  /** How many deliveries may wait, by endpoint; of others any number. */
  mostWaiting: ReadonlyMap<string, number>
}

/** Endpoints to tell, kept in memory and read again after a change. */
export interface WebhookDirectory {
  active(): Promise<Told>
}

/** Should a change have been written and its note lost. */
const KEPT_AT_MOST_MS = 30_000

/**
 * One small read tells whether what is kept still holds: a webhook that was put before a fact came true is told of it, always,
 * which a cache that only ages can't promise.
 */
export function createWebhookDirectory(deps: { store: Store; clock: Clock }): WebhookDirectory {
  const webhooks = deps.store.webhooks
  let kept: { version: string; until: number; active: Told } | undefined
  let asking: Promise<string> | undefined
  /** Those who ask in one turn of the event loop ask together: the read goes out after all of them have asked. */
  const readVersion = () => {
    asking ??= setImmediate().then(() => {
      asking = undefined
      return webhooks.version()
    })
    return asking
  }
  return {
    async active() {
      const version = await readVersion()
      const now = deps.clock.monotonic()
      if (kept && kept.version === version && now < kept.until) return kept.active
      const all = await webhooks.list()
      const healths = await Promise.all(all.map(({ id }) => deps.store.deliveries(id).health()))
      const notices = await deps.store.notices.list()
      const active = {
        webhooks: all.filter((_, at) => healths[at]?.disabledAt === null),
        notices,
        mostWaiting: shareWaiting([...all, ...notices.map(({ id, rosters }) => ({ id: toEndpoint(id), rosters }))]),
      }
      kept = { version, until: now + KEPT_AT_MOST_MS, active }
      return active
    },
  }
}
