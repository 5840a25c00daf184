import type { Redis } from 'ioredis'
import { flag, nullable, number, object, optional, readJson, texts } from '../domain/shape.ts'
import { globalKeys } from './keys.ts'

/** Which workers are running, so that people can be told when none is. */
export interface Workers {
  /** Notes that a worker is alive; `lanes`: the team keys that it serves, null: all. */
  beat(id: string, lanes: readonly string[] | null, now: number): Promise<void>
  /** Notes that it was alive until now, and is no longer. */
  end(id: string, now: number): Promise<void>
  /** Whether a worker that serves this team key is alive, and when one last was (ms); null: none that is known of. */
  serving(teamKey: string, now: number): Promise<{ isServed: boolean; seenAt: number | null }>
  /** The same of many, in one reading: whether a worker that serves this team key is alive. */
  served(now: number): Promise<(teamKey: string) => boolean>
}

/** A worker tells that often (ms) that it is there. */
export const BEAT_EVERY_MS = 10_000
/** Three beats, and a moment: a worker that is busy or waits for the store is not gone. */
const GONE_AFTER_MS = 35_000
const FORGOTTEN_AFTER_MS = 3_600_000

interface Beat {
  at: number
  lanes: string[] | null
  hasEnded?: boolean
}

const beatShape = object<Beat>({ at: number, lanes: nullable(texts), hasEnded: optional(flag) })
const readBeat = (json: string): Beat => readJson(beatShape, json, 'The beat of a worker')

/** Which workers are there, and which team keys each serves. */
export function createWorkers(redis: Redis): Workers {
  return {
    async beat(id, lanes, now) {
      await redis.hset(globalKeys.workers, id, JSON.stringify({ at: now, lanes: lanes && [...lanes] } satisfies Beat))
    },
    async end(id, now) {
      const json = await redis.hget(globalKeys.workers, id)
      if (json === null) return
      const { lanes } = readBeat(json)
      await redis.hset(globalKeys.workers, id, JSON.stringify({ at: now, lanes, hasEnded: true } satisfies Beat))
    },
    async serving(teamKey, now) {
      const beats = await readBeats(redis)
      const forgotten = outlived(beats, now)
      if (forgotten.length > 0) await redis.hdel(globalKeys.workers, ...forgotten)
      const serving = beats.filter(({ lanes }) => lanes === null || lanes.includes(teamKey))
      return {
        isServed: serving.some((beat) => isAlive(beat, now)),
        seenAt: serving.length === 0 ? null : Math.max(...serving.map(({ at }) => at)),
      }
    },
    async served(now) {
      const alive = (await readBeats(redis)).filter((beat) => isAlive(beat, now))
      return (teamKey) => alive.some(({ lanes }) => lanes === null || lanes.includes(teamKey))
    },
  }
}

async function readBeats(redis: Redis): Promise<({ id: string } & Beat)[]> {
  return Object.entries(await redis.hgetall(globalKeys.workers)).map(([id, json]) => ({ id, ...readBeat(json) }))
}

const isAlive = ({ at, hasEnded = false }: Beat, now: number) => !hasEnded && at >= now - GONE_AFTER_MS

/** Workers that are long gone. Of those that served the same team keys the last one stays: it tells since when nobody does. */
function outlived(beats: readonly ({ id: string } & Beat)[], now: number): string[] {
  const newestFirst = beats.toSorted((a, b) => b.at - a.at)
  const known = new Set<string>()
  return newestFirst.flatMap(({ id, at, lanes }) => {
    const kind = JSON.stringify(lanes)
    const isLast = !known.has(kind)
    known.add(kind)
    return !isLast && at < now - FORGOTTEN_AFTER_MS ? [id] : []
  })
}
