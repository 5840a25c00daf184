import type { Redis } from 'ioredis'
import { toEndpoint, type Notice } from '../../domain/notice.ts'
import { nullable, number, object, oneOf, text, texts, word } from '../../domain/shape.ts'
import { globalKeys, webhookKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'
import { noteEndpointChange } from './webhooks.ts'

const noticeShape = object<Notice>({
  v: oneOf(1),
  id: text,
  kind: word(),
  sealedTarget: text,
  masked: text,
  types: texts,
  rosters: nullable(texts),
  createdAt: number,
  updatedAt: number,
})

/** Notices to people by id; a change is noted for whoever keeps endpoints. */
export function createNotices(redis: Redis): Register<Notice> {
  const register = createRegister(redis, globalKeys.notices, noticeShape)
  const noting = async <T>(write: Promise<T>): Promise<T> => {
    const result = await write
    await noteEndpointChange(redis)
    return result
  }
  return {
    ...register,
    put: (record) => noting(register.put(record)),
    insert: (record) => noting(register.insert(record)),
    update: (id, change) => noting(register.update(id, change)),
    delete: (id) => noting(register.delete(id)),
  }
}

/** How a notice does. */
export interface NoticeState {
  /** When a message last went out (ms). */
  lastSentAt: number | null
  /** Why the newest try failed; null where it did not. */
  lastError: string | null
}

/** What one notice has told. Only the worker that holds its delivery writes it. */
export interface NoticeMemory {
  state(): Promise<NoticeState>
  /** What was told last of each roster and team key. */
  told(): Promise<Map<string, string>>
  /** A message went out: with which deliveries, and what it told. `quietFrom`: since when the next one waits (ms), null: as before. */
  noteSent(sent: {
    at: number
    quietFrom: number | null
    ids: readonly string[]
    told: ReadonlyMap<string, string | null>
  }): Promise<void>
  /** These need no message of their own. */
  cover(ids: readonly string[], told?: ReadonlyMap<string, string | null>): Promise<void>
  isCovered(id: string): Promise<boolean>
  /** Since when the next message waits (ms). */
  quietFrom(): Promise<number | null>
  noteError(reason: string): Promise<void>
}

const TOLD = 'told '
/** A delivery is tried for three days at most. */
const COVERED_S = 4 * 86_400

/** What a notice has told, so that of the same thing it tells once. */
export function createNoticeMemory(redis: Redis, noticeId: string): NoticeMemory {
  const { notice, covered } = webhookKeys(toEndpoint(noticeId))
  const noteTold = async (told: ReadonlyMap<string, string | null>) => {
    for (const [thing, state] of told) {
      if (state === null) await redis.hdel(notice, TOLD + thing)
      else await redis.hset(notice, TOLD + thing, state)
    }
  }
  const cover = async (ids: readonly string[]) => {
    if (ids.length === 0) return
    await redis.sadd(covered, ...ids)
    await redis.expire(covered, COVERED_S)
  }
  return {
    async state() {
      const [sent, error] = await redis.hmget(notice, 'sentAt', 'error')
      return { lastSentAt: sent ? Number(sent) : null, lastError: error ?? null }
    },
    async told() {
      const all = Object.entries(await redis.hgetall(notice))
      return new Map(
        all.flatMap(([field, state]) => (field.startsWith(TOLD) ? [[field.slice(TOLD.length), state]] : [])),
      )
    },
    async noteSent({ at, quietFrom, ids, told }) {
      // First of all what keeps it from being sent once more.
      await cover(ids)
      await redis.hset(notice, { sentAt: at, ...(quietFrom === null ? {} : { quietFrom }) })
      await redis.hdel(notice, 'error')
      await noteTold(told)
    },
    async cover(ids, told = new Map()) {
      await cover(ids)
      await noteTold(told)
    },
    isCovered: async (id) => (await redis.sismember(covered, id)) === 1,
    async quietFrom() {
      const text = await redis.hget(notice, 'quietFrom')
      return text === null ? null : Number(text)
    },
    noteError: async (reason) => void (await redis.hset(notice, 'error', reason)),
  }
}
