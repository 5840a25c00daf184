import type { Redis } from 'ioredis'
import { anyObject, read, readJson, type Shape } from '../domain/shape.ts'
import { defineScript } from './connection/define-script.ts'

const replaceScript = defineScript(import.meta.url, './replace-record.lua')
const dropScript = defineScript(import.meta.url, './drop-record.lua')

/** A register of records in one global hash: id → JSON. */
export interface Register<T extends { id: string }> {
  find(id: string): Promise<T | undefined>
  findMany(ids: string[]): Promise<Map<string, T>>
  list(): Promise<T[]>
  /** In order; records of thousands are read only where they are wanted. */
  ids(): Promise<string[]>
  put(record: T): Promise<void>
  /** False where the id is taken. */
  insert(record: T): Promise<boolean>
  /** Changes the newest record, so that two writers of different fields lose nothing; undefined where there is none. */
  update(id: string, change: (record: T) => T): Promise<T | undefined>
  delete(id: string): Promise<boolean>
  /** The same, of the newest record, and only where this holds of it. */
  deleteIf(id: string, holds: (record: T) => boolean): Promise<boolean>
}

/** `defaults`: what records of a former version lack. */
export function createRegister<T extends { id: string }>(
  redis: Redis,
  key: string,
  shape: Shape<T>,
  defaults?: Partial<T>,
): Register<T> {
  const what = `A record of ${key}`
  const parse = (json: string): T =>
    defaults === undefined
      ? readJson(shape, json, what)
      : read(shape, { ...defaults, ...readJson(anyObject, json, what) }, what)
  return {
    async find(id) {
      const json = await redis.hget(key, id)
      return json === null ? undefined : parse(json)
    },
    async findMany(ids) {
      const unique = [...new Set(ids)]
      if (unique.length === 0) return new Map()
      const found = await redis.hmget(key, ...unique)
      const records = new Map<string, T>()
      unique.forEach((id, at) => {
        const json = found[at]
        if (json) records.set(id, parse(json))
      })
      return records
    },
    async list() {
      const all = await redis.hvals(key)
      return all.map(parse).sort((a, b) => (a.id < b.id ? -1 : 1))
    },
    ids: async () => (await redis.hkeys(key)).sort(),
    async put(record) {
      await redis.hset(key, record.id, JSON.stringify(record))
    },
    async insert(record) {
      return (await redis.hsetnx(key, record.id, JSON.stringify(record))) === 1
    },
    async update(id, change) {
      for (;;) {
        const json = await redis.hget(key, id)
        if (json === null) return undefined
        const changed = change(parse(json))
        const replaced = await replaceScript.run(redis, [key], [id, json, JSON.stringify(changed)])
        if (replaced === 1) return changed
      }
    },
    async delete(id) {
      return (await redis.hdel(key, id)) > 0
    },
    async deleteIf(id, holds) {
      for (;;) {
        const json = await redis.hget(key, id)
        if (json === null || !holds(parse(json))) return false
        if ((await dropScript.run(redis, [key], [id, json])) === 1) return true
      }
    },
  }
}
