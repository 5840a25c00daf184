import type { Redis } from 'ioredis'
import { hash, randomBytes } from 'node:crypto'
import { defineScript } from './define-script.ts'
import { globalKeys } from './keys.ts'

const countAttempt = defineScript(import.meta.url, './count-attempt.lua')

/** Somebody who has logged in to the pages. */
export interface Session {
  v: 1
  user: string
  /** Of the password hash at the time: another password ends the sessions of the former one. */
  fingerprint: string
  createdAt: number
}

/** Kept by a digest of the token, so that who reads the store cannot log in with what is there. */
export interface Sessions {
  create(session: Session, idleMs: number): Promise<string>
  /** Counts as a sign of life. */
  find(token: string, idleMs: number): Promise<Session | undefined>
  end(token: string): Promise<void>
}

const TOKEN_BYTES = 32

export function createSessions(redis: Redis): Sessions {
  const keyOf = (token: string) => globalKeys.session(hash('sha256', token, 'base64url'))
  return {
    async create(session, idleMs) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      await redis.set(keyOf(token), JSON.stringify(session), 'PX', idleMs)
      return token
    },
    async find(token, idleMs) {
      const json = await redis.getex(keyOf(token), 'PX', idleMs)
      return json === null ? undefined : (JSON.parse(json) as Session)
    },
    end: async (token) => void (await redis.del(keyOf(token))),
  }
}

/** Wrong passwords of one account, or from one address. */
export interface Attempts {
  /** Counts one before it is judged, so that many at once are not more than allowed. Returns ms to wait; 0: go on. */
  begin(kind: 'account' | 'address', who: string): Promise<number>
  /** It was right: it does not count. */
  takeBack(kind: 'account' | 'address', who: string): Promise<void>
  clear(kind: 'account' | 'address', who: string): Promise<void>
}

export interface AttemptLimits {
  limit: number
  /** How long wrong passwords are counted together, and how long the lock holds from the last one. */
  lockMs: number
}

export function createAttempts(redis: Redis, { limit, lockMs }: AttemptLimits): Attempts {
  // What was typed may be anything, such as an address in the wrong field.
  const keyOf = (kind: string, who: string) => globalKeys.attempts(kind, hash('sha256', who, 'base64url').slice(0, 22))
  return {
    begin: async (kind, who) => Number(await countAttempt.run(redis, [keyOf(kind, who)], [limit, lockMs])),
    async takeBack(kind, who) {
      const key = keyOf(kind, who)
      if ((await redis.decr(key)) <= 0) await redis.del(key)
    },
    clear: async (kind, who) => void (await redis.del(keyOf(kind, who))),
  }
}
