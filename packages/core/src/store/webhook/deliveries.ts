import type { Redis } from 'ioredis'
import type { Delivery, DeliveryAttempt, TellableFact, TestFact } from '../../domain/delivery.ts'
import type { EndpointHealth } from '../../domain/webhook.ts'
import { list, nullable, number, object, oneOf, or, read, readJson, text, word } from '../../domain/shape.ts'
import { fact } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { webhookKeys } from '../keys.ts'

const addScript = defineScript(import.meta.url, './deliveries-add.lua')
const replayScript = defineScript(import.meta.url, './deliveries-replay.lua')
const forgetScript = defineScript(import.meta.url, './deliveries-forget.lua')
const clearScript = defineScript(import.meta.url, './deliveries-clear.lua')
const forwardScript = defineScript(import.meta.url, './deliveries-bring-forward.lua')

/** `nextAttemptAt` (ms) is null where it ended, is being tried, waits behind another, or its webhook is disabled. */
export interface ListedDelivery {
  delivery: Delivery
  nextAttemptAt: number | null
}

/** What is, or was, on its way to one webhook. Trying them is delivery-line. */
export interface Deliveries {
  /**
   * `born`: when their webhook was made (ms). Returns how many were new: the same id again has no effect. Null where another webhook
   * was made under its id since; 'full' where `most` wait already, and what is left was not added.
   */
  add(deliveries: Delivery[], now: number, born: number, most?: number): Promise<number | null | 'full'>
  find(id: string): Promise<ListedDelivery | undefined>
  /** Newest first; of those that `isShown` leaves out nothing is told, in a page or by its length. */
  list(query: {
    limit: number
    after: string | undefined
    isShown?: (fact: TellableFact) => boolean
  }): Promise<{ items: ListedDelivery[]; next: string | null }>
  /** Sends it once more, with a schedule of its own; one that is being tried right now is left alone. False where it is gone. */
  replay(id: string, now: number): Promise<boolean>
  /** Those about one subject that are still on their way, oldest first. */
  pending(subject: string, limit: number): Promise<Delivery[]>
  health(): Promise<EndpointHealth>
  /** Nothing is sent any more. False where that was so before. */
  disable(now: number): Promise<boolean>
  /** Active again, as if it had never failed; what is pending is due now. */
  enable(now: number): Promise<void>
  /** The endpoint answers again: makes due now what would come later than soon. */
  bringForward(now: number): Promise<void>
  /** Forgets what ended about one subject, and all about it where the endpoint is disabled; `left`: how many are still on their way. */
  forgetAbout(subject: string): Promise<{ forgotten: number; left: number }>
  /** Forgets what is there of a former webhook, now that one was made (`born`, ms). */
  begin(born: number): Promise<void>
  /** Forgets everything of the webhook that was made then (ms), and of those before it. */
  destroy(born: number): Promise<void>
}

const testFact = object<TestFact>({ type: word(), webhook: text, at: number })

const deliveryShape = object<Delivery>({
  v: oneOf(1),
  id: text,
  fact: or(fact, testFact),
  subject: text,
  status: word(),
  attempts: list(object<DeliveryAttempt>({ at: number, status: nullable(number), durationMs: number, answer: text })),
  tries: number,
  firstTryAt: nullable(number),
  createdAt: number,
})

const ofSubject = object<{ subject: string }>({ subject: text })

export const readDelivery = (json: string): Delivery => readJson(deliveryShape, json, 'A delivery')

const ADD_AT_ONCE = 100
/** Deliveries read for a page at a time, and characters from which on the page ends early: receivers answer what they like. */
const LISTED_AT_ONCE = 20
const LISTED_LENGTH = 640 * 1024
const FORWARD_AT_ONCE = 1_000

const SECOND = 1_000
/** The first retry comes by its schedule, whatever others meet. */
const SOON_MS = 6 * SECOND
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** How long one that was brought forward in vain rests before it is brought forward again. */
const RESTS_MS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR]

/** Deliveries of one endpoint, and how the endpoint does. */
export function createDeliveries(redis: Redis, webhookId: string): Deliveries {
  const keys = webhookKeys(webhookId)
  const { health: healthKey, deliveries: deliveriesKey, log, line, places, due, ended, ...others } = keys
  const all = [healthKey, deliveriesKey, log, line, places, due, ended, ...Object.values<string>(others)]
  const forward = async (now: number, after: number, rests: number[]) => {
    let from = String(after)
    while (from !== '') {
      const answer = await forwardScript.run(redis, [keys.due, keys.forwards], [now, from, FORWARD_AT_ONCE, ...rests])
      from = read(text, answer, 'An answer of deliveries-bring-forward.lua')
    }
  }
  const health = () => readHealth(redis, keys.health)
  return {
    async add(deliveries, now, born, most) {
      let added = 0
      for (let from = 0; from < deliveries.length; from += ADD_AT_ONCE) {
        const page = deliveries.slice(from, from + ADD_AT_ONCE)
        const args = page.flatMap((delivery) => [delivery.id, delivery.subject, JSON.stringify(delivery)])
        const answer = Number(await addScript.run(redis, all, [now, born, most ?? '', ...args]))
        if (answer === -1) return null
        if (answer === -2) return 'full'
        added += answer
      }
      return added
    },
    async find(id) {
      const json = await redis.hget(keys.deliveries, id)
      if (json === null) return undefined
      const [score, { disabledAt }] = await Promise.all([redis.zscore(keys.due, id), health()])
      return { delivery: readDelivery(json), nextAttemptAt: disabledAt === null ? toTime(score) : null }
    },
    async list({ limit, after, isShown = () => true }) {
      const { disabledAt } = await health()
      const items: ListedDelivery[] = []
      let length = 0
      let [place, lastShown] = [after, after]
      for (;;) {
        const top = place === undefined ? '+inf' : `(${place}`
        const flat = await redis.zrevrangebyscore(keys.log, top, '-inf', 'WITHSCORES', 'LIMIT', 0, LISTED_AT_ONCE)
        const ids = flat.filter((_, at) => at % 2 === 0)
        if (ids.length === 0) return { items, next: null }
        const [found, due] = await Promise.all([redis.hmget(keys.deliveries, ...ids), redis.zmscore(keys.due, ...ids)])
        for (const [at, json] of found.entries()) {
          place = flat[2 * at + 1]
          if (!json) continue
          const delivery = readDelivery(json)
          if (!isShown(delivery.fact)) continue
          // One more than fits tells that there is a next page.
          if (items.length === limit || length > LISTED_LENGTH) return { items, next: lastShown ?? null }
          items.push({ delivery, nextAttemptAt: disabledAt === null ? toTime(due[at]) : null })
          length += json.length
          lastShown = place
        }
      }
    },
    async replay(id, now) {
      for (;;) {
        const json = await redis.hget(keys.deliveries, id)
        if (json === null) return false
        const delivery = readDelivery(json)
        const again: Delivery = { ...delivery, status: 'pending', tries: 0, firstTryAt: null }
        const { deliveries, line, places, due, inFlight, ended } = keys
        const answer = await replayScript.run(
          redis,
          [deliveries, line, places, due, inFlight, ended, keys.health],
          [now, id, delivery.subject, json, JSON.stringify(again)],
        )
        if (answer !== 'changed') return true
      }
    },
    async pending(subject, limit) {
      const range = [`[${subject}\0`, `(${subject}\u0001`] as const
      const places = await redis.zrangebylex(keys.line, ...range, 'LIMIT', 0, limit)
      if (places.length === 0) return []
      const ids = places.map((place) => place.slice(place.lastIndexOf('\0') + 1))
      const found = await redis.hmget(keys.deliveries, ...ids)
      return found.flatMap((json) => (json ? [readDelivery(json)] : []))
    },
    health,
    disable: async (now) => (await redis.hsetnx(keys.health, 'disabledAt', now)) === 1,
    async enable(now) {
      await redis.hdel(keys.health, 'disabledAt', 'failingSince', 'failures')
      await forward(now, now, [0])
    },
    bringForward: (now) => forward(now, now + SOON_MS, RESTS_MS),
    async forgetAbout(subject) {
      const { deliveries, log, places, ended, line, due, inFlight, forwards } = keys
      const of = [deliveries, log, places, ended, keys.health, line, due, inFlight, forwards]
      let cursor = '0'
      let [forgotten, left] = [0, 0]
      do {
        const [next, flat] = await redis.hscan(deliveries, cursor, 'COUNT', 500)
        cursor = next
        const ids = flat.filter((_, at) => {
          const json = at % 2 === 0 ? flat[at + 1] : undefined
          return json !== undefined && readJson(ofSubject, json, 'A delivery').subject === subject
        })
        if (ids.length === 0) continue
        const gone = Number(await forgetScript.run(redis, of, ids))
        forgotten += gone
        left += ids.length - gone
      } while (cursor !== '0')
      return { forgotten, left }
    },
    begin: async (born) => void (await clearScript.run(redis, all, [born, 'begin'])),
    destroy: async (born) => void (await clearScript.run(redis, all, [born, 'end'])),
  }
}

async function readHealth(redis: Redis, key: string): Promise<EndpointHealth> {
  const [failingSince, disabledAt] = await redis.hmget(key, 'failingSince', 'disabledAt')
  return { failingSince: toTime(failingSince), disabledAt: toTime(disabledAt) }
}

function toTime(score: string | null | undefined): number | null {
  return score === null || score === undefined ? null : Number(score)
}
