import type { Redis } from 'ioredis'
import { toEndpoint, type Notice } from '../../domain/notice.ts'
import { nullable, number, object, oneOf, text, texts, word } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, webhookKeys } from '../keys.ts'
import type { Register } from '../records.ts'
import type { DeliveryClaim } from './delivery-line.ts'
import { createEndpoints } from './webhooks.ts'

const toldScript = defineScript(import.meta.url, './notice-told.lua')

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

/** Notices to people by id. */
export const createNotices = (redis: Redis): Register<Notice> => createEndpoints(redis, globalKeys.notices, noticeShape)

/** How a notice does. */
export interface NoticeState {
  /** When a message last went out (ms). */
  lastSentAt: number | null
  /** Why the newest try failed; null where it did not. */
  lastError: string | null
}

/** What one notice has told. Written by the worker that holds one of its deliveries, while it does. */
export interface NoticeMemory {
  state(): Promise<NoticeState>
  /** What was told last of each roster and team key. */
  told(): Promise<Map<string, string>>
  /** A message went out: with which deliveries, and what it told. `quietFrom`: since when the next one waits (ms), null: as before. */
  noteSent(
    claim: DeliveryClaim,
    sent: { at: number; quietFrom: number | null; ids: readonly string[]; told: ReadonlyMap<string, string | null> },
  ): Promise<void>
  /** These need no message of their own. */
  cover(claim: DeliveryClaim, ids: readonly string[], told?: ReadonlyMap<string, string | null>): Promise<void>
  isCovered(id: string): Promise<boolean>
  /** Since when the next message waits (ms). */
  quietFrom(): Promise<number | null>
  noteError(claim: DeliveryClaim, reason: string): Promise<void>
}

const TOLD = 'told '
/** A delivery is tried for three days at most. */
const COVERED_S = 4 * 86_400

/** What a notice has told, so that of the same thing it tells once. */
export function createNoticeMemory(redis: Redis, noticeId: string): NoticeMemory {
  const { inFlight, notice, covered } = webhookKeys(toEndpoint(noticeId))
  const note = async (
    { delivery, until }: DeliveryClaim,
    fields: Readonly<Record<string, number | string | null>>,
    ids: readonly string[] = [],
  ) => {
    const words = Object.entries(fields).flatMap(([field, value]) => [field, value ?? ''])
    const args = [delivery.id, until, COVERED_S, words.length, ...words, ...ids]
    await toldScript.run(redis, [inFlight, notice, covered], args)
  }
  const fieldsOf = (told: ReadonlyMap<string, string | null>) =>
    Object.fromEntries([...told].map(([thing, state]) => [TOLD + thing, state]))
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
    noteSent: (claim, { at, quietFrom, ids, told }) =>
      note(claim, { sentAt: at, ...(quietFrom !== null && { quietFrom }), error: null, ...fieldsOf(told) }, ids),
    cover: (claim, ids, told = new Map()) => note(claim, fieldsOf(told), ids),
    isCovered: async (id) => (await redis.sismember(covered, id)) === 1,
    async quietFrom() {
      const text = await redis.hget(notice, 'quietFrom')
      return text === null ? null : Number(text)
    },
    noteError: (claim, reason) => note(claim, { error: reason }),
  }
}
