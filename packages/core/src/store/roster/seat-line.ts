import type { Redis } from 'ioredis'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const joinScript = defineScript(import.meta.url, './seat-line-join.lua')

/** A member who needs a seat. */
export interface Seeker {
  roster: string
  member: string
}

/** A member in the line for seats. */
export interface Waiting {
  member: string
  /** When the member's change arrived (ms). */
  since: number
}

/** Who of one roster waits for a seat of its app, which is full, in order of arrival. */
export interface SeatLine {
  /** Those who wait, the first ones first, without the first `from`. */
  list(from: number, limit: number): Promise<Waiting[]>
  count(): Promise<number>
  /** Keeps the place of one who waits already, and leaves out who is not a member any more. `at`: when the member's change arrived (ms). */
  join(member: string, at: number): Promise<void>
  /** False where the member did not wait. */
  leave(member: string): Promise<boolean>
}

/** Members of one roster who wait for a seat, by when their change arrived. */
export function createSeatLine(redis: Redis, teamKey: string, roster: string): SeatLine {
  const { seatLine: key, desired } = laneKeys(teamKey).roster(roster)
  return {
    async list(from, limit) {
      const flat = await redis.zrange(key, String(from), String(from + limit - 1), 'WITHSCORES')
      const waiting: Waiting[] = []
      for (let at = 0; at + 1 < flat.length; at += 2)
        waiting.push({ member: flat[at] ?? '', since: Number(flat[at + 1]) })
      return waiting
    },
    count: () => redis.zcard(key),
    join: async (member, at) => void (await joinScript.run(redis, [desired, key], [member, at])),
    leave: async (member) => (await redis.zrem(key, member)) > 0,
  }
}

/** Releases up to 0.1.0 kept one line for all rosters of an app. Who stood there is told, once. */
export async function takeFormerLine(redis: Redis, teamKey: string, appId: string): Promise<Seeker[]> {
  const key = laneKeys(teamKey).formerSeatLine(appId)
  const words = await redis.zrange(key, '0', '-1')
  return words.map((word) => {
    const end = word.indexOf('\0')
    return { roster: word.slice(0, end), member: word.slice(end + 1) }
  })
}

/** Drops the line that releases up to 0.1.0 kept by app. */
export async function dropFormerLine(redis: Redis, teamKey: string, appId: string): Promise<void> {
  await redis.unlink(laneKeys(teamKey).formerSeatLine(appId))
}
