import type { Redis } from 'ioredis'
import type { BuildMemory, BuildNews, KnownBuild } from '../../domain/build-watch.ts'
import {
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  readJson,
  text,
  tuple,
  word,
} from '../../domain/shape.ts'
import { supply, warning } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, laneKeys } from '../keys.ts'

const recordScript = defineScript(import.meta.url, './record-builds.lua', './is-here.lua')

/** What is known of the builds of each roster of one team key. */
export interface Builds {
  /** `at`: when Apple was last looked at (ms). */
  find(rosterId: string): Promise<{ at: number; memory: BuildMemory } | null>
  /** With what upstream is told, in one atomic step. False when the lease is lost: then nothing was recorded. */
  record(leaseToken: string, entry: BuildEntry): Promise<boolean>
}

/** What a look at the builds changes for one roster. */
export interface BuildEntry {
  roster: string
  /** When the roster was made (ms). */
  createdAt: number
  at: number
  /** null: as it was. */
  memory: BuildMemory | null
  news: BuildNews[]
}

/** The name that facts of a roster are numbered under. */
export const rosterSequence = (rosterId: string) => `roster:${rosterId}`

/** What was last seen of the builds of each roster of a lane. */
export function createBuilds(redis: Redis, teamKey: string): Builds {
  const keys = laneKeys(teamKey)
  return {
    async find(rosterId) {
      const [at, memory] = await redis.hmget(keys.roster(rosterId).builds, 'at', 'book')
      return at && memory ? { at: Number(at), memory: parseBuildMemory(memory) } : null
    },
    async record(leaseToken, { roster, createdAt, at, memory, news }) {
      // The order of the fields matters: see record-builds.lua.
      const facts = news.map(({ type, roster: of, build, at: toldAt, ...more }) =>
        JSON.stringify({ type, roster: of, sequence: 0, build, at: toldAt, ...more }),
      )
      const recorded = await recordScript.run(
        redis,
        [keys.lease, keys.roster(roster).builds, keys.sequences, keys.facts, keys.rosters, keys.born],
        [leaseToken, at, memory ? formatBuildMemory(memory) : '', rosterSequence(roster), roster, createdAt, ...facts],
      )
      if (recorded === 1 && facts.length > 0) await redis.sadd(globalKeys.untold, teamKey)
      return recorded === 1
    },
  }
}

type KeptMemory = Omit<BuildMemory, 'builds'> & { builds: [string, KnownBuild][] }

const knownBuild = object<KnownBuild>({
  told: flag,
  expiring: nullable(oneOf(1, 7, 14)),
  held: flag,
  give: flag,
  submit: flag,
  refusal: nullable(object<NonNullable<KnownBuild['refusal']>>({ step: word(), at: number, warning })),
  release: optional(object<NonNullable<KnownBuild['release']>>({ at: number, outcome: word() })),
  until: number,
})

const memoryShape = object<KeptMemory>({
  v: oneOf(1),
  mode: word(),
  builds: list(tuple<[string, KnownBuild]>(text, knownBuild)),
  findings: list(warning),
  supply: optional(supply),
  refusals: list(warning),
})

/** As the store keeps it: JSON, with the map of builds as a list of pairs. */
export function formatBuildMemory({ builds, ...rest }: BuildMemory): string {
  return JSON.stringify({ ...rest, builds: [...builds] })
}

function parseBuildMemory(json: string): BuildMemory {
  const memory = readJson(memoryShape, json, 'A memory of builds')
  return { ...memory, builds: new Map(memory.builds) }
}
