import type { Redis } from 'ioredis'
import { defineScript } from './define-script.ts'
import type { LaneKeys } from './keys.ts'

const peekScript = defineScript(import.meta.url, './peek-outbox.lua')

export type OutboxClass = 'now' | 'interactive' | 'bulk'

export interface OutboxEntry {
  roster: string
  member: string
  from: OutboxClass
}

/** Changes that were recorded and have no job yet. */
export interface LaneOutbox {
  /** The oldest recorded changes, those asked for now first, bulk last; null while the lane is paused. */
  peekOutbox(limit: number): Promise<OutboxEntry[] | null>
  dropFromOutbox(entries: OutboxEntry[]): Promise<void>
  /** Records anew what has lost its job. */
  recordAgain(items: { roster: string; member: string }[], now: number, as?: OutboxClass): Promise<void>
  /** Work of a roster that was parked is recorded anew. */
  unpark(rosterId: string, now: number): Promise<number>
}

const OUTBOX_ORDER: OutboxClass[] = ['now', 'interactive', 'bulk']

export function outboxKey(keys: LaneKeys, name: OutboxClass): string {
  return { now: keys.outboxNow, interactive: keys.outboxInteractive, bulk: keys.outboxBulk }[name]
}

/** In the order in which they are emptied. */
export function outboxKeys(keys: LaneKeys): string[] {
  return OUTBOX_ORDER.map((name) => outboxKey(keys, name))
}

export function createLaneOutbox(redis: Redis, keys: LaneKeys): LaneOutbox {
  return {
    async peekOutbox(limit) {
      const peeked = await peekScript.run(redis, [keys.lane, ...outboxKeys(keys)], [limit])
      if (peeked === 'paused') return null
      const entries = (peeked as string[][]).flatMap((words, at) =>
        words.map((word) => parseOutboxWord(word, OUTBOX_ORDER[at] ?? 'bulk')),
      )
      return entries.slice(0, limit)
    },
    async dropFromOutbox(entries) {
      await Promise.all(
        OUTBOX_ORDER.map(async (name) => {
          const words = entries.filter((entry) => entry.from === name).map(toOutboxWord)
          if (words.length > 0) await redis.zrem(outboxKey(keys, name), ...words)
        }),
      )
    },
    recordAgain: (items, now, as = 'interactive') => addToOutbox(redis, outboxKey(keys, as), items, now),
    async unpark(rosterId, now) {
      const parked = await redis.smembers(keys.roster(rosterId).parked)
      if (parked.length === 0) return 0
      // Recorded first, forgotten second: a death in between costs a second look, never a change.
      await addToOutbox(
        redis,
        keys.outboxInteractive,
        parked.map((member) => ({ roster: rosterId, member })),
        now,
      )
      await redis.srem(keys.roster(rosterId).parked, ...parked)
      return parked.length
    },
  }
}

async function addToOutbox(
  redis: Redis,
  key: string,
  items: { roster: string; member: string }[],
  now: number,
): Promise<void> {
  const words = items.flatMap(({ roster, member }) => [now, toOutboxWord({ roster, member })])
  if (words.length > 0) await redis.zadd(key, 'NX', ...words)
}

function toOutboxWord({ roster, member }: { roster: string; member: string }): string {
  return `${roster}\0${member}`
}

function parseOutboxWord(word: string, from: OutboxClass): OutboxEntry {
  const end = word.indexOf('\0')
  return { roster: word.slice(0, end), member: word.slice(end + 1), from }
}
