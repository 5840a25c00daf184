import type { Redis } from 'ioredis'
import type { Delivery } from '../../domain/delivery.ts'
import { noticeIdOf } from '../../domain/notice.ts'
import { number, read, text, texts, tuple } from '../../domain/shape.ts'
import { readDelivery } from './deliveries.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, webhookKeys } from '../keys.ts'

const claimScript = defineScript(import.meta.url, './deliveries-claim.lua')
const settleScript = defineScript(import.meta.url, './deliveries-settle.lua')
const disableScript = defineScript(import.meta.url, './deliveries-disable.lua')
const settleDueScript = defineScript(import.meta.url, './deliveries-settle-due.lua')

/** A delivery in hand. A worker that dies with it loses it to another when its time is over. */
export interface DeliveryClaim {
  webhook: string
  delivery: Delivery
  until: number
  /** When the webhook was made that it is for (ms); 0 where that is not known. */
  born: number
}

/** How a try to deliver ended. */
export type DeliveryEnding =
  | { kind: 'delivered' }
  | { kind: 'failed' }
  /** Not sent, and never will be. */
  | { kind: 'dropped' }
  /** Tried again at that time (ms). */
  | { kind: 'again'; at: number }
  /** Not tried to the end: due at once, or at that time (ms), as if it had not been claimed. */
  | { kind: 'released'; at?: number }

/** What recording the ending of a delivery said. */
export interface Settled {
  /** False: another worker has it by now, or the webhook is gone. */
  held: boolean
  /** The first success after an outage. */
  recovered: boolean
  disabled: boolean
}

/** A webhook that may have something to send, and the score it was seen with. */
export interface DueWebhook {
  id: string
  seen: string
}

/**
 * Who tries what, over all workers: of each webhook, the first pending delivery of every subject, so that what is about the same
 * comes in order and nothing else waits for it; some at once, fewer while the endpoint fails.
 */
export interface DeliveryLine {
  /** Webhooks with something to send now. A hint, in another slot than the deliveries: `noteAll` is the guarantee. */
  due(now: number, limit: number): Promise<DueWebhook[]>
  /** The webhook has something to send now. */
  note(webhookId: string, now: number): Promise<void>
  /** Every one of these is looked at again by `at`. */
  noteAll(webhookIds: string[], at: number): Promise<void>
  /** `nextAt`: when there is something to do next (ms), or null. */
  claim(
    webhookId: string,
    options: { now: number; max: number },
  ): Promise<{ claims: DeliveryClaim[]; nextAt: number | null }>
  /** What a look at a due webhook found out. */
  settleDue(webhook: DueWebhook, nextAt: number | null): Promise<void>
  settle(claim: DeliveryClaim, delivery: Delivery, ending: DeliveryEnding, now: number): Promise<Settled>
  /** For endpoints where nothing is tried any more: true where five days without a success are over. */
  disableDead(webhookId: string, now: number): Promise<boolean>
}

const AT_ONCE = 8
/** Not one: a receiver that hangs over some facts must not hold up all others. */
const AT_ONCE_FAILING = 2
const FAILURES_IN_A_ROW = 5
/** Fewer may be about the facts that were refused, not about the endpoint; their next tries come soon by themselves. */
const FAILURES_OF_OUTAGE = 3
/** Longer than a try and what comes after it. */
const CLAIM_MS = 30_000
const DAY_MS = 86_400_000
const DISABLED_AFTER_MS = 5 * DAY_MS
const ENDED_KEPT = 1_000
/** A teller that died comes back to facts it made deliveries of: their ids must still be known then. */
const ENDED_KEPT_FOR_MS = 10 * 60_000
const ENDED_KEPT_AT_MOST_MS = 7 * DAY_MS

/** Deliveries of all endpoints by when they are due; a worker claims them. */
export function createDeliveryLine(redis: Redis): DeliveryLine {
  const hint = globalKeys.callbacks
  return {
    async due(now, limit) {
      const flat = await redis.zrangebyscore(hint, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
      const webhooks: DueWebhook[] = []
      for (let at = 0; at + 1 < flat.length; at += 2)
        webhooks.push({ id: String(flat[at]), seen: String(flat[at + 1]) })
      return webhooks
    },
    // Not only lowered: the score has to change, so that a look that is under way does not take it out.
    note: async (webhookId, now) => void (await redis.zadd(hint, now, webhookId)),
    async noteAll(webhookIds, at) {
      const words = webhookIds.flatMap((id) => [at, id])
      if (words.length > 0) await redis.zadd(hint, 'LT', ...words)
    },
    claim: (webhookId, options) => claim(redis, webhookId, options),
    async settleDue({ id, seen }, nextAt) {
      await settleDueScript.run(redis, [hint], [id, seen, nextAt ?? ''])
    },
    async settle(claimed, delivery, ending, now) {
      const settled = await settle(redis, claimed, delivery, ending, now)
      const at = ending.kind === 'again' || ending.kind === 'released' ? ending.at : undefined
      if (at !== undefined) await redis.zadd(hint, 'LT', at, claimed.webhook)
      return settled
    },
    async disableDead(webhookId, now) {
      return (await disableScript.run(redis, [webhookKeys(webhookId).health], [now, DISABLED_AFTER_MS])) === 1
    },
  }
}

async function claim(
  redis: Redis,
  webhook: string,
  { now, max }: { now: number; max: number },
): Promise<{ claims: DeliveryClaim[]; nextAt: number | null }> {
  const keys = webhookKeys(webhook)
  const until = now + CLAIM_MS
  const reply = await claimScript.run(
    redis,
    [keys.deliveries, keys.due, keys.inFlight, keys.health],
    [now, until, max, AT_ONCE, AT_ONCE_FAILING, FAILURES_IN_A_ROW],
  )
  const answer = read(texts, reply, 'An answer of deliveries-claim.lua')
  const claims: DeliveryClaim[] = []
  const born = Number(answer[1] ?? 0)
  for (let at = 2; at + 1 < answer.length; at += 2) {
    claims.push({ webhook, delivery: readDelivery(answer[at + 1] ?? ''), until, born })
  }
  return { claims, nextAt: answer[0] ? Number(answer[0]) : null }
}

const SETTLED = tuple<[string, number, number]>(text, number, number)

async function settle(
  redis: Redis,
  claimed: DeliveryClaim,
  delivery: Delivery,
  ending: DeliveryEnding,
  now: number,
): Promise<Settled> {
  const keys = webhookKeys(claimed.webhook)
  const { deliveries, log, line, places, due, inFlight, ended, forwards, health } = keys
  const reply = await settleScript.run(
    redis,
    [deliveries, log, line, places, due, inFlight, ended, forwards, health],
    [
      now,
      delivery.id,
      claimed.until,
      ending.kind,
      JSON.stringify(delivery),
      (ending.kind === 'again' || ending.kind === 'released' ? ending.at : undefined) ?? '',
      // People may be away for longer than a program: a notice is never given up as a whole.
      noticeIdOf(claimed.webhook) === undefined ? DISABLED_AFTER_MS : Number.MAX_SAFE_INTEGER,
      ENDED_KEPT,
      ENDED_KEPT_FOR_MS,
      ENDED_KEPT_AT_MOST_MS,
      FAILURES_OF_OUTAGE,
    ],
  )
  const [held, recovered, disabled] = read(SETTLED, reply, 'An answer of deliveries-settle.lua')
  return { held: held === 'settled', recovered: recovered === 1, disabled: disabled === 1 }
}
