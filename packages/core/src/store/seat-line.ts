import type { Redis } from 'ioredis'
import { laneKeys } from './keys.ts'

export interface Seeker {
  roster: string
  member: string
}

/** Who waits for a seat of an app that is full, in order of arrival. */
export interface SeatLine {
  /** Those who wait, the first ones first, without the first `from`. */
  list(from: number, limit: number): Promise<Seeker[]>
  /** Keeps the place of one who waits already. `at`: when the member's change arrived (ms). */
  join(seeker: Seeker, at: number): Promise<void>
  /** False where the member did not wait. */
  leave(seeker: Seeker): Promise<boolean>
}

export function createSeatLine(redis: Redis, teamKey: string, appId: string): SeatLine {
  const key = laneKeys(teamKey).seatLine(appId)
  return {
    async list(from, limit) {
      const words = await redis.zrange(key, String(from), String(from + limit - 1))
      return words.map((word) => {
        const end = word.indexOf('\0')
        return { roster: word.slice(0, end), member: word.slice(end + 1) }
      })
    },
    join: async (seeker, at) => void (await redis.zadd(key, 'NX', at, toWord(seeker))),
    leave: async (seeker) => (await redis.zrem(key, toWord(seeker))) > 0,
  }
}

function toWord({ roster, member }: Seeker): string {
  return `${roster}\0${member}`
}
