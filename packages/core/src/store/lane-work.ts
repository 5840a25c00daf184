import type { Redis } from 'ioredis'
import { formatEntry, type TimelineEntry } from '../domain/timeline.ts'
import { defineScript } from './define-script.ts'
import type { LaneKeys } from './keys.ts'
import { outboxKey, type OutboxClass } from './lane-outbox.ts'
import { TIMELINE_KEPT } from './record-changes.ts'

const openWorkScript = defineScript(import.meta.url, './open-work.lua')
const requestScript = defineScript(import.meta.url, './request-work.lua', './prepend-line.lua')

/** Something left to do for a member. `fresh`: read Apple first; `invite`: send Apple's invitation; `failed`: parked for a person. */
export interface Work {
  roster: string
  member: string
  fresh: boolean
  invite: boolean
  failed: boolean
}

export interface WorkRequest {
  now: number
  roster: string
  member: string
  ref: string
  flag: 'fresh' | 'invite'
  entry: TimelineEntry
  priority: OutboxClass
}

/** Everything with something left to do, by the ref of its job. */
export interface LaneWork {
  readWork(refs: string[]): Promise<(Work | null)[]>
  /** A page of everything with something left to do; `cursor` '0' begins and ends. */
  scanWork(cursor: string): Promise<{ cursor: string; refs: { ref: string; work: Work }[] }>
  /** Notes whose job a ref is, before the job is made; marks of requests stay. Returns the failed jobs that it takes the place of. */
  openWork(items: { ref: string; roster: string; member: string }[]): Promise<string[]>
  /** Forgets work whose member or roster is gone. */
  dropWork(refs: string[]): Promise<void>
  requestWork(request: WorkRequest): Promise<{ found: boolean; leased: boolean }>
}

export function createLaneWork(redis: Redis, keys: LaneKeys): LaneWork {
  return {
    async readWork(refs) {
      if (refs.length === 0) return []
      const found = await redis.hmget(keys.work, ...refs)
      return found.map((json) => (json ? parseWork(json) : null))
    },
    async scanWork(cursor) {
      const [next, flat] = await redis.hscan(keys.work, cursor, 'COUNT', 500)
      const refs = []
      for (let at = 0; at + 1 < flat.length; at += 2) {
        refs.push({ ref: String(flat[at]), work: parseWork(String(flat[at + 1])) })
      }
      return { cursor: next, refs }
    },
    async openWork(items) {
      if (items.length === 0) return []
      const words = items.flatMap(({ ref, roster, member }) => [ref, JSON.stringify({ r: roster, m: member })])
      return (await openWorkScript.run(redis, [keys.work], words)) as string[]
    },
    async dropWork(refs) {
      if (refs.length > 0) await redis.hdel(keys.work, ...refs)
    },
    async requestWork({ now, roster, member, ref, flag, entry, priority }) {
      const { desired, timeline } = keys.roster(roster)
      const [found, leased] = (await requestScript.run(
        redis,
        [keys.lease, keys.rosters, keys.work, outboxKey(keys, priority), desired, timeline],
        [now, roster, member, ref, flag, formatEntry(entry), TIMELINE_KEPT],
      )) as [number, number]
      return { found: found === 1, leased: leased === 1 }
    },
  }
}

interface StoredWork {
  r: string
  m: string
  fresh?: 1
  invite?: 1
  /** Id of the job that lies failed. */
  failed?: string
}

function parseWork(json: string): Work {
  const work = JSON.parse(json) as StoredWork
  return {
    roster: work.r,
    member: work.m,
    fresh: work.fresh === 1,
    invite: work.invite === 1,
    failed: work.failed !== undefined,
  }
}
