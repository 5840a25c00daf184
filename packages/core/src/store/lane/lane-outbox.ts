import type { Redis } from 'ioredis'
import { list, number, read, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { queueKeys, type LaneKeys } from '../keys.ts'

const takeScript = defineScript(import.meta.url, './take-outbox.lua')
const dropScript = defineScript(import.meta.url, './drop-outbox.lua', './outboxes.lua')
const againScript = defineScript(import.meta.url, './record-again.lua', './arrival.lua')
const unparkScript = defineScript(import.meta.url, './unpark.lua', './arrival.lua')

/** How urgent a recorded change is: asked for by hand, of an event, of a list. */
export type OutboxClass = 'now' | 'interactive' | 'bulk'

/** A recorded change that has no job yet. */
export interface OutboxEntry {
  roster: string
  member: string
  from: OutboxClass
  /** As the store spells it: another one means that the entry was recorded anew. */
  arrival: string
}

/** Changes that were recorded and have no job yet. */
export interface LaneOutbox {
  /**
   * The oldest recorded changes, those asked for now first, bulk last, to make jobs of; `busy`: another process is at it. Others keep
   * away until they are dropped, or for a moment.
   */
  takeOutbox(token: string, limit: number): Promise<OutboxEntry[] | 'busy'>
  /**
   * What has a job now goes, unless it was recorded anew; where `job` is named, only while that job is there. Returns how many are
   * still recorded, and whether a worker visits the lane.
   */
  dropFromOutbox(token: string, entries: (OutboxEntry & { job?: string })[]): Promise<{ left: number; leased: boolean }>
  /** Records work for members, whatever became of it before. */
  recordAgain(items: { roster: string; member: string }[], as?: OutboxClass): Promise<void>
  /** Work of a roster that was parked is recorded anew, as urgent as it was. Returns how many members' it was, and whether a worker visits. */
  unpark(rosterId: string): Promise<{ members: number; leased: boolean }>
}

/** How many, and whether a worker visits the lane. */
const COUNT_AND_LEASE = tuple<[number, number]>(number, number)

const OUTBOX_ORDER: OutboxClass[] = ['now', 'interactive', 'bulk']
/** Long enough for some hundred jobs, short enough that the work of a process that died waits for nobody. */
const ENQUEUING_MS = 1_500
/** Few enough for one step to be short. */
const AT_ONCE = 1_000

export function outboxKey(keys: LaneKeys, name: OutboxClass): string {
  return { now: keys.outboxNow, interactive: keys.outboxInteractive, bulk: keys.outboxBulk }[name]
}

/** In the order in which they are emptied. */
export function outboxKeys(keys: LaneKeys): string[] {
  return OUTBOX_ORDER.map((name) => outboxKey(keys, name))
}

export function createLaneOutbox(redis: Redis, keys: LaneKeys, teamKey: string): LaneOutbox {
  return {
    async takeOutbox(token, limit) {
      const taken = await takeScript.run(redis, [keys.enqueuing, ...outboxKeys(keys)], [token, ENQUEUING_MS, limit])
      if (taken === 'busy') return 'busy'
      return parseOutbox(read(list(texts), taken, 'An answer of take-outbox.lua'))
    },
    async dropFromOutbox(token, entries) {
      const words = entries.flatMap((entry) => [
        OUTBOX_ORDER.indexOf(entry.from) + 2,
        toWord(entry),
        entry.arrival,
        entry.job ?? '',
      ])
      const all = [keys.enqueuing, ...outboxKeys(keys), keys.lease]
      const dropped = await dropScript.run(redis, all, [token, queueKeys(teamKey).jobs, ...words])
      const [left, leased] = read(COUNT_AND_LEASE, dropped, 'An answer of drop-outbox.lua')
      return { left, leased: leased === 1 }
    },
    async recordAgain(items, as = 'interactive') {
      for (let from = 0; from < items.length; from += AT_ONCE) {
        await againScript.run(redis, [outboxKey(keys, as)], items.slice(from, from + AT_ONCE).map(toWord))
      }
    },
    async unpark(rosterId) {
      const { parked, parkedBulk } = keys.roster(rosterId)
      const result = { members: 0, leased: false }
      for (const [from, into] of [
        [parked, keys.outboxInteractive],
        [parkedBulk, keys.outboxBulk],
      ] as const) {
        let count = AT_ONCE
        while (count === AT_ONCE) {
          const answer = await unparkScript.run(redis, [from, into, keys.lease], [rosterId, AT_ONCE])
          const [members, leased] = read(COUNT_AND_LEASE, answer, 'An answer of unpark.lua')
          count = members
          result.members += members
          result.leased = leased === 1
        }
      }
      return result
    },
  }
}

function toWord({ roster, member }: { roster: string; member: string }): string {
  return `${roster}\0${member}`
}

/** A list for each outbox, the most urgent one first. */
export function parseOutbox(lists: string[][]): OutboxEntry[] {
  return lists.flatMap((flat, at) => parseEntries(flat, OUTBOX_ORDER[at] ?? 'bulk'))
}

function parseEntries(flat: string[], from: OutboxClass): OutboxEntry[] {
  return Array.from({ length: flat.length / 2 }, (_, at) => {
    const word = flat[2 * at] ?? ''
    const end = word.indexOf('\0')
    return { roster: word.slice(0, end), member: word.slice(end + 1), from, arrival: flat[2 * at + 1] ?? '' }
  })
}
