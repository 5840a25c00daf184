import type { Redis } from 'ioredis'
import { hash, randomBytes } from 'node:crypto'
import { number, object, oneOf, readJson, text } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys } from '../keys.ts'

const countAttempt = defineScript(import.meta.url, './count-attempt.lua')
const takeBackAttempt = defineScript(import.meta.url, './take-back-attempt.lua')
const takeSlot = defineScript(import.meta.url, './take-slot.lua')

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
  /** Those of a user that began before then (ms) are over. */
  endBefore(user: string, at: number, lifeMs: number): Promise<void>
}

const sessionShape = object<Session>({ v: oneOf(1), user: text, fingerprint: text, createdAt: number })

const TOKEN_BYTES = 32

/** Sessions of the console, by the hash of their token: the token itself is not kept. */
export function createSessions(redis: Redis): Sessions {
  const keyOf = (token: string) => globalKeys.session(hash('sha256', token, 'base64url'))
  const refOf = (user: string) => hash('sha256', user, 'base64url').slice(0, 22)
  return {
    async create(session, idleMs) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      await redis.set(keyOf(token), JSON.stringify(session), 'PX', idleMs)
      return token
    },
    async find(token, idleMs) {
      const json = await redis.getex(keyOf(token), 'PX', idleMs)
      if (json === null) return undefined
      const session = readJson(sessionShape, json, 'A session')
      const endedBefore = Number(await redis.get(globalKeys.sessionsEnded(refOf(session.user))))
      return session.createdAt < endedBefore ? undefined : session
    },
    end: async (token) => void (await redis.del(keyOf(token))),
    endBefore: async (user, at, lifeMs) =>
      void (await redis.set(globalKeys.sessionsEnded(refOf(user)), at, 'PX', lifeMs)),
  }
}

/** What wrong passwords are counted by: an account, a network, both together, a browser that has logged in before. */
export type AttemptKind = 'account' | 'address' | 'pair' | 'device'

/** Wrong passwords. Nothing is locked by them: from many on, whoever is not known waits for a time of its own. */
export interface Attempts {
  /** Counts one before it is judged, so that many at once are seen. Returns how many there are. */
  begin(kind: AttemptKind, who: string): Promise<number>
  /** It was right: it does not count. */
  takeBack(kind: AttemptKind, who: string): Promise<void>
  clear(kind: AttemptKind, who: string): Promise<void>
  /** Times of one sender, `apartMs` after each other: how long to wait for the next one (ms); below zero: none is free before so long. */
  takeSlot(who: string, apartMs: number, farthestMs: number): Promise<number>
}

export interface AttemptLimits {
  /** From so many on, wrong passwords are many. */
  many: number
  /** How long they are counted together. */
  forMs: number
}

/** Counts attempts to log in by who makes them, as a hash, for `forMs`. */
export function createAttempts(redis: Redis, { many, forMs }: AttemptLimits): Attempts {
  // What was typed may be anything, such as an address in the wrong field.
  const keyOf = (kind: string, who: string) => globalKeys.attempts(kind, hash('sha256', who, 'base64url').slice(0, 22))
  return {
    begin: async (kind, who) => Number(await countAttempt.run(redis, [keyOf(kind, who)], [forMs, many])),
    takeBack: async (kind, who) => void (await takeBackAttempt.run(redis, [keyOf(kind, who)], [])),
    clear: async (kind, who) => void (await redis.del(keyOf(kind, who))),
    takeSlot: async (who, apartMs, farthestMs) =>
      Number(await takeSlot.run(redis, [keyOf('slot', who)], [apartMs, farthestMs])),
  }
}
