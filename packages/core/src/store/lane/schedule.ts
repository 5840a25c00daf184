import type { Redis } from 'ioredis'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, laneKeys } from '../keys.ts'

const settleScript = defineScript(import.meta.url, './settle-task.lua')

/** What is due in a lane without being asked for. The lane's next visit is never later than the earliest of these. */
export interface Schedule {
  /** The task is due at `at` (ms), or earlier where it was due earlier already. */
  plan(task: string, at: number): Promise<void>
  /** Due at `at`, whatever was planned. */
  replan(task: string, at: number): Promise<void>
  /** Due at `at`, or never again (null), unless somebody has planned it anew since it was put off until `until`. */
  settle(task: string, until: number, at: number | null): Promise<void>
  drop(task: string): Promise<void>
  /** When each of them is due; null for those not planned. */
  dueAt(tasks: string[]): Promise<(number | null)[]>
  /** The earliest one, and when it is due (ms); null where nothing is planned. */
  first(): Promise<{ task: string; at: number } | null>
  nextAt(): Promise<number | null>
}

/** Counts the sweeps over all lanes, so that each looks at the next ones in turn. */
export function countSweep(redis: Redis): Promise<number> {
  return redis.incr(globalKeys.tasksSwept)
}

/** Tasks of a lane by when they are due (ms). */
export function createSchedule(redis: Redis, teamKey: string): Schedule {
  const key = laneKeys(teamKey).schedule
  const first = async () => {
    const [task, score] = await redis.zrange(key, '0', '0', 'WITHSCORES')
    return task === undefined ? null : { task, at: Number(score) }
  }
  return {
    plan: async (task, at) => void (await redis.zadd(key, 'LT', at, task)),
    replan: async (task, at) => void (await redis.zadd(key, at, task)),
    settle: async (task, until, at) => void (await settleScript.run(redis, [key], [task, until, at ?? ''])),
    drop: async (task) => void (await redis.zrem(key, task)),
    async dueAt(tasks) {
      if (tasks.length === 0) return []
      const scores = await redis.zmscore(key, ...tasks)
      return scores.map((score) => (score === null ? null : Number(score)))
    },
    first,
    nextAt: async () => (await first())?.at ?? null,
  }
}
