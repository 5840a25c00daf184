import type { Redis } from 'ioredis'
import { laneKeys } from './keys.ts'

/** What App Store Connect answered to callers lately, shared by all API processes: asked again, it is told from here. */
export interface Kept {
  find(name: string): Promise<unknown>
  put(name: string, answer: unknown): Promise<void>
  forget(name: string): Promise<void>
}

const KEPT_MS = 60_000

/** Answers of App Store Connect that are kept for a minute, by team key. */
export function createKept(redis: Redis, teamKey: string): Kept {
  const { kept } = laneKeys(teamKey)
  return {
    async find(name) {
      const json = await redis.get(kept(name))
      return json === null ? undefined : JSON.parse(json)
    },
    put: async (name, answer) => void (await redis.set(kept(name), JSON.stringify(answer), 'PX', KEPT_MS)),
    forget: async (name) => void (await redis.del(kept(name))),
  }
}
