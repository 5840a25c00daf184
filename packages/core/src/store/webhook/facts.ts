import type { Redis } from 'ioredis'
import type { Fact, TeamKeyFact } from '../../domain/fact.ts'
import { read, readJson, texts } from '../../domain/shape.ts'
import { fact } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, laneKeys } from '../keys.ts'

const beginScript = defineScript(import.meta.url, './begin-telling.lua')
const noteKeyScript = defineScript(import.meta.url, './note-key.lua')
const toldScript = defineScript(import.meta.url, './told-facts.lua')

/** Facts of one team key that upstream has still to be told, oldest first. Member facts are added by record-outcome. */
export interface Facts {
  add(facts: Fact[]): Promise<void>
  /** What is held against the team key now (a code; empty: nothing): the fact is added, with its sequence, unless that was noted last, or is about a key that was replaced since (`keyAt`: when it was given, ms). */
  noteKey(state: string, fact: TeamKeyFact, keyAt: number): Promise<void>
  peek(limit: number): Promise<Fact[]>
  /** The oldest; none while somebody else tells them. A courtesy that saves work: two that tell at once do no harm. */
  begin(token: string, limit: number): Promise<Fact[]>
  /** Drops the oldest, now on their way (nothing where somebody else has dropped them), and reads on; none ends the telling. */
  told(token: string, told: Fact[], limit: number): Promise<Fact[]>
  /** Ends the telling where some are left. */
  end(token: string): Promise<void>
}

const TELLING_MS = 10_000

/** Facts of a lane that were recorded and not yet handed to any endpoint. */
export function createFacts(redis: Redis, teamKey: string): Facts {
  const keys = laneKeys(teamKey)
  return {
    async add(facts) {
      if (facts.length === 0) return
      await redis.rpush(keys.facts, ...facts.map((one) => JSON.stringify(one)))
      await redis.sadd(globalKeys.untold, teamKey)
    },
    async noteKey(state, fact, keyAt) {
      const args = [state, JSON.stringify(fact), keyAt]
      const added = await noteKeyScript.run(redis, [keys.lane, keys.sequences, keys.facts], args)
      if (added === 1) await redis.sadd(globalKeys.untold, teamKey)
    },
    peek: async (limit) => parse(await redis.lrange(keys.facts, 0, limit - 1)),
    begin: async (token, limit) =>
      parse(await beginScript.run(redis, [keys.facts, keys.telling], [token, TELLING_MS, limit])),
    async told(token, told, limit) {
      const args = [token, JSON.stringify(told[0] ?? null), told.length, limit]
      return parse(await toldScript.run(redis, [keys.facts, keys.telling], args))
    },
    async end(token) {
      if ((await redis.get(keys.telling)) === token) await redis.del(keys.telling)
    },
  }
}

function parse(lines: unknown): Fact[] {
  return read(texts, lines, 'Facts to tell').map((line) => readJson(fact, line, 'A fact'))
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
