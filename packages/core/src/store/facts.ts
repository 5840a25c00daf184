import type { Redis } from 'ioredis'
import type { Fact } from '../domain/fact.ts'
import { defineScript } from './define-script.ts'
import { globalKeys, laneKeys } from './keys.ts'

const dropScript = defineScript(import.meta.url, './drop-facts.lua')

/** Facts of one team key that upstream has still to be told, oldest first. Member facts are added by record-outcome. */
export interface Facts {
  add(facts: Fact[]): Promise<void>
  peek(limit: number): Promise<Fact[]>
  /** Drops the oldest, once they are on their way; nothing where somebody else has dropped them already. */
  drop(told: Fact[]): Promise<void>
  /** False while somebody else tells them. A courtesy that saves work: two that tell at once do no harm. */
  begin(token: string): Promise<boolean>
  end(token: string): Promise<void>
}

const TELLING_MS = 10_000

export function createFacts(redis: Redis, teamKey: string): Facts {
  const keys = laneKeys(teamKey)
  return {
    async add(facts) {
      if (facts.length === 0) return
      await redis.rpush(keys.facts, ...facts.map((fact) => JSON.stringify(fact)))
      await redis.sadd(globalKeys.untold, teamKey)
    },
    async peek(limit) {
      const lines = await redis.lrange(keys.facts, 0, limit - 1)
      return lines.map((line) => JSON.parse(line) as Fact)
    },
    async drop(told) {
      const [oldest] = told
      if (oldest) await dropScript.run(redis, [keys.facts], [JSON.stringify(oldest), told.length])
    },
    begin: async (token) => (await redis.set(keys.telling, token, 'PX', TELLING_MS, 'NX')) === 'OK',
    async end(token) {
      if ((await redis.get(keys.telling)) === token) await redis.del(keys.telling)
    },
  }
}

/** Team keys whose facts wait to be told. A hint, taken out by reading it: `lanesWithFacts` is the guarantee. */
export async function takeUntold(redis: Redis): Promise<string[]> {
  return redis.spop(globalKeys.untold, 1_000)
}

/** Of these lanes, the ones with facts to tell. */
export async function lanesWithFacts(redis: Redis, lanes: string[]): Promise<string[]> {
  const counts = await Promise.all(lanes.map((lane) => redis.llen(laneKeys(lane).facts)))
  return lanes.filter((_, at) => (counts[at] ?? 0) > 0)
}
