import type { Redis } from 'ioredis'
import { number, object, oneOf, read, readJson, text } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'
import { TIMELINE_KEPT } from '../../domain/timeline.ts'

const protectScript = defineScript(import.meta.url, './protect-member.lua', '../lane/prepend-line.lua')

/** Since when (ms), and by whom. */
export interface Protection {
  at: number
  by: string
}

/**
 * Members whom no list, reading or reclaim removes. Beside the desired state, since it is none: it has no version, no event decides
 * it, and nothing follows from it at Apple.
 */
export interface Protections {
  /** Null ends it. `entry`: a line for the member's timeline, written where something changed. */
  put(member: string, protection: Protection | null, entry: string): Promise<'changed' | 'same' | 'missing'>
  /** Of these members, those who are protected. */
  among(members: readonly string[]): Promise<Map<string, Protection>>
  all(): Promise<Set<string>>
}

const protectionShape = object<Protection>({ at: number, by: text })
const CHANGED = oneOf('changed', 'same', 'missing')

/** Members of one roster whose seat is never taken back. */
export function createProtections(redis: Redis, teamKey: string, rosterId: string): Protections {
  const keys = laneKeys(teamKey).roster(rosterId)
  return {
    async put(member, protection, entry) {
      const value = protection === null ? '' : JSON.stringify(protection)
      const answer = await protectScript.run(
        redis,
        [keys.desired, keys.protections, keys.timeline],
        [member, value, entry, TIMELINE_KEPT],
      )
      return read(CHANGED, answer, 'An answer of protect-member.lua')
    },
    async among(members) {
      if (members.length === 0) return new Map()
      const found = await redis.hmget(keys.protections, ...members)
      return new Map(
        members.flatMap((id, at) => {
          const json = found[at]
          return json ? [[id, readJson(protectionShape, json, 'A protection')] as const] : []
        }),
      )
    },
    all: async () => new Set(await redis.hkeys(keys.protections)),
  }
}
