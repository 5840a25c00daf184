import type { Redis } from 'ioredis'
import { nullable, number, object, oneOf, optional, text, texts } from '../../domain/shape.ts'
import { globalKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'

/** A further token of the API, kept only as a hash. */
export interface ApiToken {
  v: 1
  id: string
  name: string
  /** SHA-256, base64url. */
  hash: string
  scopes: string[]
  /** null: all. */
  rosters: string[] | null
  /** Where users that it brings by SCIM have the address of their Apple Account; absent: as for all. */
  emailAttribute?: string
  createdAt: number
}

/** Tokens of the API by id, with when each was last used. */
export interface Tokens extends Register<ApiToken> {
  /** When each was last used (ms); null for never. */
  usedAt(ids: string[]): Promise<(number | null)[]>
  noteUse(id: string, at: number): Promise<void>
}

const apiToken = object<ApiToken>({
  v: oneOf(1),
  id: text,
  name: text,
  hash: text,
  scopes: texts,
  rosters: nullable(texts),
  emailAttribute: optional(text),
  createdAt: number,
})

/** Tokens of the API, one register for the whole installation. */
export function createTokens(redis: Redis): Tokens {
  const register = createRegister(redis, globalKeys.tokens, apiToken)
  return {
    ...register,
    async usedAt(ids) {
      if (ids.length === 0) return []
      const found = await redis.hmget(globalKeys.tokenUses, ...ids)
      return found.map((at) => (at ? Number(at) : null))
    },
    async noteUse(id, at) {
      await redis.hset(globalKeys.tokenUses, id, at)
      // Deleted while it was used: whoever deletes it later than this sees to it.
      if ((await redis.hexists(globalKeys.tokens, id)) === 0) await redis.hdel(globalKeys.tokenUses, id)
    },
    async delete(id) {
      const isDeleted = await register.delete(id)
      await redis.hdel(globalKeys.tokenUses, id)
      return isDeleted
    },
  }
}
