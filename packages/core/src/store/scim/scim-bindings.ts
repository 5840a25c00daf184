import type { Redis } from 'ioredis'
import { scimNameKey } from '../../domain/scim.ts'
import { readJson, texts } from '../../domain/shape.ts'
import { globalKeys } from '../keys.ts'

/** Which rosters name which SCIM groups. A hint: the roster's own record decides. */
export interface ScimBindings {
  /** Ids of the rosters that name this. */
  rostersNaming(name: string): Promise<string[]>
  /** Names with the rosters that name them, at most so many. */
  first(count: number): Promise<{ rosterId: string; name: string }[]>
  add(rosterId: string, name: string): Promise<void>
  drop(rosterId: string, name: string): Promise<void>
  /** Notes names whose groups' members have to be looked at, before the roster is changed. */
  beginRebinding(rosterId: string, names: readonly string[], now: number): Promise<void>
  endRebinding(rosterId: string): Promise<void>
  /** Rosters that were not looked at to the end, with those names; only such as were begun before then (ms). */
  rebinding(before: number): Promise<Map<string, string[]>>
}

/** Which rosters name which SCIM groups, over all directories. */
export function createScimBindings(redis: Redis): ScimBindings {
  const entry = (rosterId: string, name: string) => `${scimNameKey(name)}\0${rosterId}`
  return {
    async rostersNaming(name) {
      const start = scimNameKey(name)
      const entries = await redis.zrangebylex(globalKeys.scimBindings, `[${start}\0`, `(${start}\u0001`)
      return entries.map((found) => found.slice(start.length + 1))
    },
    async first(count) {
      const entries = await redis.zrange(globalKeys.scimBindings, '0', String(count - 1))
      return entries.map((found) => {
        const cut = found.lastIndexOf('\0')
        return { rosterId: found.slice(cut + 1), name: found.slice(0, cut) }
      })
    },
    add: async (rosterId, name) => void (await redis.zadd(globalKeys.scimBindings, 0, entry(rosterId, name))),
    drop: async (rosterId, name) => void (await redis.zrem(globalKeys.scimBindings, entry(rosterId, name))),
    async beginRebinding(rosterId, names, now) {
      await redis.hset(globalKeys.scimRebindingAt, rosterId, now)
      await redis.hset(globalKeys.scimRebinding, rosterId, JSON.stringify(names))
    },
    async endRebinding(rosterId) {
      await redis.hdel(globalKeys.scimRebinding, rosterId)
      await redis.hdel(globalKeys.scimRebindingAt, rosterId)
    },
    async rebinding(before) {
      const all = Object.entries(await redis.hgetall(globalKeys.scimRebinding))
      const begunAt = await redis.hgetall(globalKeys.scimRebindingAt)
      const old = all.filter(([rosterId]) => Number(begunAt[rosterId] ?? 0) < before)
      return new Map(old.map(([rosterId, json]) => [rosterId, readJson(texts, json, 'Names of SCIM groups')]))
    },
  }
}
