import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { JobPlace } from '../../domain/change.ts'
import { formatEntry, type TimelineEntry } from '../../domain/timeline.ts'
import { number, object, oneOf, optional, read, readJson, text, texts, tuple } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { queueKeys, type LaneKeys } from '../keys.ts'
import { outboxKey, outboxKeys, type OutboxClass } from './lane-outbox.ts'
import type { LimitWindow } from '../budget/request-limit.ts'
import { TIMELINE_KEPT } from '../../domain/timeline.ts'

const placesScript = defineScript(import.meta.url, './open-places.lua', './forget-finished.lua')
const dropScript = defineScript(import.meta.url, './drop-work.lua', './outboxes.lua')
const forgetScript = defineScript(import.meta.url, './forget-jobs.lua', './forget-finished.lua')
const requestScript = defineScript(
  import.meta.url,
  './request-work.lua',
  './prepend-line.lua',
  './arrival.lua',
  '../roster/is-here.lua',
  '../budget/count-windows.lua',
  '../connection/now-ms.lua',
)

/** Whose job a ref is. How often it was asked, and not done yet: `fresh`: read Apple first; `invite`: send Apple's invitation. */
export interface Work {
  roster: string
  member: string
  fresh: number
  invite: number
}

export interface WorkRequest {
  roster: string
  member: string
  ref: string
  flag: 'fresh' | 'invite'
  entry: TimelineEntry
  priority: OutboxClass
  /** Counts only where the roster is the one that was made then (ms). */
  born?: number | undefined
  /** How often the like may be asked for this member. */
  limit?: { kind: string; windows: readonly LimitWindow[] } | undefined
}

/** Members with a job, by its ref. */
export interface LaneWork {
  readWork(refs: string[]): Promise<(Work | null)[]>
  /** Notes whose job a ref is, before the job is made; makes way for it where one is over. In the order given. */
  openPlaces(items: { ref: string; roster: string; member: string }[]): Promise<JobPlace[]>
  /** Forgets work whose member or roster is gone. */
  dropWork(refs: string[]): Promise<void>
  /** Forgets jobs that are over, and no others. Returns how many. */
  forgetJobs(ids: string[]): Promise<number>
  /** `waitMs`: more than 0 where there were too many, and nothing was recorded. */
  requestWork(request: WorkRequest): Promise<{ found: boolean; leased: boolean; waitMs: number }>
}

const PLACE = oneOf<JobPlace['state']>('none', 'active', 'prioritized', 'delayed', 'waiting')
/** Whether the member is there, whether a worker visits the lane, and how long to wait (ms) where there were too many. */
const REQUESTED = tuple<[number, number, number]>(number, number, number)

/** As it is kept, by the ref of its job. */
export interface KeptWork {
  r: string
  m: string
  fresh?: number
  invite?: number
  failed?: string
}

const workShape = object<KeptWork>({
  r: text,
  m: text,
  fresh: optional(number),
  invite: optional(number),
  failed: optional(text),
})
export const readWork = (json: string): KeptWork => readJson(workShape, json, 'The work of a lane')

export function createLaneWork(redis: Redis, keys: LaneKeys, teamKey: string): LaneWork {
  const queue = queueKeys(teamKey)
  return {
    async readWork(refs) {
      if (refs.length === 0) return []
      const found = await redis.hmget(keys.work, ...refs)
      return found.map((json) => (json ? parseWork(json) : null))
    },
    async openPlaces(items) {
      if (items.length === 0) return []
      const words = items.flatMap(({ ref, roster, member }) => [ref, JSON.stringify({ r: roster, m: member })])
      const { active, prioritized, delayed, completed, failed, jobs } = queue
      const lists = [active, prioritized, delayed, completed, failed]
      const reply = await placesScript.run(redis, [keys.work, ...lists], [jobs, ...words])
      const answer = read(texts, reply, 'An answer of open-places.lua')
      return items.map((_, at) => ({
        state: read(PLACE, answer[2 * at], 'A place of open-places.lua'),
        id: answer[2 * at + 1] ?? '',
      }))
    },
    async dropWork(refs) {
      if (refs.length > 0) await dropScript.run(redis, [keys.work, ...outboxKeys(keys)], refs)
    },
    async forgetJobs(ids) {
      if (ids.length === 0) return 0
      return Number(await forgetScript.run(redis, [queue.completed, queue.failed], [queue.jobs, ...ids]))
    },
    async requestWork({ roster, member, ref, flag, entry, priority, born, limit }) {
      const { desired, timeline } = keys.roster(roster)
      const { kind = '', windows = [] } = limit ?? {}
      const counts = windows.map(() => keys.requestCounts(kind, ref))
      const answer = await requestScript.run(
        redis,
        [keys.lease, keys.rosters, keys.work, outboxKey(keys, priority), desired, timeline, keys.born, ...counts],
        [
          roster,
          member,
          ref,
          flag,
          formatEntry(entry),
          TIMELINE_KEPT,
          born ?? '',
          randomUUID(),
          ...windows.flatMap(({ windowMs, limit: most }) => [windowMs, most]),
        ],
      )
      const [found, leased, waitMs] = read(REQUESTED, answer, 'An answer of request-work.lua')
      return { found: found === 1, leased: leased === 1, waitMs }
    },
  }
}

function parseWork(json: string): Work {
  const work = readWork(json)
  return { roster: work.r, member: work.m, fresh: work.fresh ?? 0, invite: work.invite ?? 0 }
}
