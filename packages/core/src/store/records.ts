import type { Redis } from 'ioredis'

/** A register of records in one global hash: id → JSON. */
export interface Register<T extends { id: string }> {
  find(id: string): Promise<T | undefined>
  findMany(ids: string[]): Promise<Map<string, T>>
  list(): Promise<T[]>
  put(record: T): Promise<void>
  delete(id: string): Promise<boolean>
}

export function createRegister<T extends { id: string }>(redis: Redis, key: string): Register<T> {
  const parse = (json: string): T => JSON.parse(json)
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
    async put(record) {
      await redis.hset(key, record.id, JSON.stringify(record))
    },
    async delete(id) {
      return (await redis.hdel(key, id)) > 0
    },
  }
}
