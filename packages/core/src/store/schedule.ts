import type { Redis } from 'ioredis'
import { laneKeys } from './keys.ts'

/** What is due in a lane without being asked for. The lane's next visit is never later than the earliest of these. */
export interface Schedule {
  /** The task is due at `at` (ms), or earlier where it was due earlier already. */
  plan(task: string, at: number): Promise<void>
  /** Due at `at`, whatever was planned. */
  replan(task: string, at: number): Promise<void>
  drop(task: string): Promise<void>
  due(now: number): Promise<string[]>
  nextAt(): Promise<number | null>
}

export function createSchedule(redis: Redis, teamKey: string): Schedule {
  const key = laneKeys(teamKey).schedule
  return {
    plan: async (task, at) => void (await redis.zadd(key, 'LT', at, task)),
    replan: async (task, at) => void (await redis.zadd(key, at, task)),
    drop: async (task) => void (await redis.zrem(key, task)),
    due: (now) => redis.zrangebyscore(key, '-inf', now),
    async nextAt() {
      const [, score] = await redis.zrange(key, '0', '0', 'WITHSCORES')
      return score === undefined ? null : Number(score)
    },
  }
}
