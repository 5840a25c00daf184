import type { Redis } from 'ioredis'
import type { Fact } from '../domain/fact.ts'
import { laneKeys } from './keys.ts'

/** Facts of one team key that upstream has still to be told, oldest first. Member facts are added by record-outcome. */
export interface Facts {
  add(facts: Fact[]): Promise<void>
  peek(limit: number): Promise<Fact[]>
  /** Drops the oldest `count`, once they are on their way. */
  drop(count: number): Promise<void>
}

export function createFacts(redis: Redis, teamKey: string): Facts {
  const key = laneKeys(teamKey).facts
  return {
    async add(facts) {
      if (facts.length > 0) await redis.rpush(key, ...facts.map((fact) => JSON.stringify(fact)))
    },
    async peek(limit) {
      const lines = await redis.lrange(key, 0, limit - 1)
      return lines.map((line) => JSON.parse(line) as Fact)
    },
    async drop(count) {
      if (count > 0) await redis.ltrim(key, count, -1)
    },
  }
}
