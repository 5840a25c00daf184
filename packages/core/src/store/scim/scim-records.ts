import type { Redis } from 'ioredis'
import { readJson, type Shape } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'

const put = defineScript(import.meta.url, './scim-put-record.lua', './scim-touch.lua')

/** What a user or group can be found by. */
export type ScimKey = 'name' | 'externalId' | 'email'
const LETTERS: Record<ScimKey, string> = { name: 'n', externalId: 'x', email: 'e' }

/** Users or groups of one directory. */
export interface ScimRecords<T> {
  find(id: string): Promise<T | undefined>
  /** In the order given. */
  findMany(ids: readonly string[]): Promise<(T | undefined)[]>
  /** Those that have this value, compared without case; external ids with it. */
  findBy(key: ScimKey, value: string): Promise<T[]>
  /** `from`: 0 for the first; by when they were made. */
  page(from: number, count: number): Promise<T[]>
  total(): Promise<number>
  /** False where the name is taken. */
  insert(record: T): Promise<boolean>
  /**
   * Changes the newest record; `change` may be called more than once, and returns undefined where nothing is to be changed. `told`:
   * whether the rosters are to be told.
   */
  update(
    id: string,
    change: (record: T) => Change<T> | Promise<Change<T>>,
  ): Promise<{ before: T; after: T } | 'missing' | 'taken'>
  /** False where there is none. */
  delete(id: string): Promise<boolean>
}

/** Undefined: nothing is to be changed. */
type Change<T> = { record: T; isTold: boolean } | undefined

/** A record as it is kept; nothing where there is none. */
export const parseRecord = <T>(shape: Shape<T>, json: string | null | undefined): T | undefined =>
  json ? readJson(shape, json, 'A record of SCIM') : undefined

interface Kept {
  id: string
  createdAt: number
}

/**
 * `keyList`: records, index, order, revisions, touched (of groups: unsettled). `unique`: the letter of what only one record may have;
 * `tells`: of whom the rosters are to be told where one is deleted or changed.
 */
export function createRecords<T extends Kept>(
  redis: Redis,
  shape: Shape<T>,
  keyList: [string, string, string, string, string],
  entriesOf: (record: T) => string[],
  { unique, tells }: { unique: string; tells: 'user' | 'group' },
): ScimRecords<T> {
  const [records, index, order] = keyList
  const findMany = async (ids: readonly string[]): Promise<(T | undefined)[]> =>
    ids.length === 0 ? [] : (await redis.hmget(records, ...ids)).map((json) => parseRecord(shape, json))
  const write = async (
    json: string,
    kept: T,
    { before, after }: { before?: T; after?: T },
    isTold: boolean,
  ): Promise<number> => {
    const [old, fresh] = [before ? entriesOf(before) : [], after ? entriesOf(after) : []]
    const going = old.filter((entry) => !fresh.includes(entry))
    const only = fresh.find((entry) => entry.startsWith(`${unique}:`))
    const head = [kept.id, json, after ? JSON.stringify(after) : '', only?.split('\0', 1)[0] ?? '', kept.createdAt]
    return Number(await put.run(redis, keyList, [...head, isTold ? tells : '', going.length, ...going, ...fresh]))
  }
  return {
    findMany,
    find: async (id) => (await findMany([id]))[0],
    async findBy(key, value) {
      const start = `${LETTERS[key]}:${key === 'externalId' ? value : value.trim().toLowerCase()}`
      // A NUL ends a value in the index: no value holds one.
      if (value.includes('\0')) return []
      const entries = await redis.zrangebylex(index, `[${start}\0`, `(${start}\u0001`)
      const found = await findMany(entries.map((entry) => entry.slice(start.length + 1)))
      return found.filter((record) => record !== undefined)
    },
    async page(from, count) {
      if (count <= 0) return []
      const ids = await redis.zrange(order, String(from), String(from + count - 1))
      return (await findMany(ids)).filter((record) => record !== undefined)
    },
    total: () => redis.zcard(order),
    insert: async (record) => (await write('', record, { after: record }, false)) === 1,
    async update(id, change) {
      for (;;) {
        const json = await redis.hget(records, id)
        if (json === null) return 'missing'
        const before = readJson(shape, json, 'A record of SCIM')
        const changed = await change(before)
        if (!changed) return { before, after: before }
        const outcome = await write(json, before, { before, after: changed.record }, changed.isTold)
        if (outcome === -1) return 'taken'
        if (outcome === 1) return { before, after: changed.record }
      }
    },
    async delete(id) {
      for (;;) {
        const json = await redis.hget(records, id)
        if (json === null) return false
        const before = readJson(shape, json, 'A record of SCIM')
        if ((await write(json, before, { before }, true)) === 1) return true
      }
    },
  }
}
