import type { Redis } from 'ioredis'
import type { PersonErasure } from '../../domain/erasure.ts'
import { nullable, number, object, readJson, text } from '../../domain/shape.ts'
import { globalKeys } from '../keys.ts'

type Part = PersonErasure['parts'][number]

/** What can be told of erasures, long after they are through. */
export interface PersonErasures {
  begin(id: string, startedAt: number): Promise<void>
  putPart(id: string, part: Part): Promise<void>
  find(id: string): Promise<PersonErasure | undefined>
}

const partShape = object<Omit<Part, 'id'>>({ roster: text, teamKey: text, doneAt: nullable(number) })

const KEPT_S = 400 * 86_400

/** Erasures of people over all lanes, by id. */
export function createPersonErasures(redis: Redis): PersonErasures {
  const keyOf = globalKeys.personErasure
  return {
    async begin(id, startedAt) {
      await redis.multi().hset(keyOf(id), 'startedAt', startedAt).expire(keyOf(id), KEPT_S).exec()
    },
    async putPart(id, { id: part, ...rest }) {
      await redis.hset(keyOf(id), `part:${part}`, JSON.stringify(rest))
    },
    async find(id) {
      const { startedAt, ...fields } = await redis.hgetall(keyOf(id))
      if (startedAt === undefined) return undefined
      const parts = Object.entries(fields).map(([name, json]) => ({
        id: name.slice('part:'.length),
        ...readJson(partShape, json, 'A part of an erasure'),
      }))
      return { id, startedAt: Number(startedAt), parts }
    },
  }
}
