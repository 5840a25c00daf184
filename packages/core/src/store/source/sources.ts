import type { Redis } from 'ioredis'
import { emailKey } from '../../domain/email.ts'
import type { Profile, ReceivedPayload, Source, SourcePerson, SourceSignature, Stamp } from '../../domain/source.ts'
import { list, mapOf, nullable, number, object, oneOf, readJson, text, texts, word } from '../../domain/shape.ts'
import { formerSecrets } from '../stored-shapes.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, sourceKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'

const beginScript = defineScript(import.meta.url, './source-begin.lua')
const dropScript = defineScript(import.meta.url, '../drop-record.lua')

const source = object<Source>({
  v: oneOf(1),
  id: text,
  kind: word(),
  rosters: mapOf(text),
  signature: nullable(object<SourceSignature>({ header: text, algorithm: word(), encoding: word(), prefix: text })),
  map: nullable(text),
  within: nullable(texts),
  sealedSecret: text,
  formerSecrets,
  createdAt: number,
  updatedAt: number,
})

const profile = object<Profile>({ email: nullable(text), firstName: nullable(text), lastName: nullable(text) })
const stamp = object<Stamp>({ time: number, rank: number })

const sourcePerson = object<SourcePerson>({
  v: oneOf(1),
  id: text,
  profile,
  profileAt: stamp,
  memberships: mapOf(object<SourcePerson['memberships'][string]>({ plans: list(texts), at: stamp })),
  goneAt: nullable(stamp),
  revision: number,
  told: object<SourcePerson['told']>({ revision: number, rosters: texts, profile }),
})

const receivedPayload = object<ReceivedPayload>({
  at: number,
  id: text,
  status: word(),
  events: number,
  reason: nullable(text),
})

/** Sources by id: systems whose webhooks say who belongs to which roster. */
export function createSources(redis: Redis): Register<Source> {
  return createRegister(redis, globalKeys.sources, source)
}

/** What one source has told: its people, and what arrived lately. */
export interface SourceMemory {
  /**
   * Changes the newest record of a person, making one where there is none; two writers at once lose nothing. Undefined where the
   * person is new, and as many as are kept have something that they are entitled to.
   */
  amend(personId: string, change: (known: SourcePerson | undefined) => SourcePerson): Promise<SourcePerson | undefined>
  find(personId: string): Promise<SourcePerson | undefined>
  /** Forgets these people, and everybody in whose record this address (lower-cased) stands. */
  forget(who: { ids: readonly string[]; address: string }): Promise<void>
  wasSeen(digest: string): Promise<boolean>
  noteSeen(digest: string, forMs: number): Promise<void>
  /** Newest first. */
  received(): Promise<ReceivedPayload[]>
  note(entry: ReceivedPayload): Promise<void>
  /** A source was made then (ms): what is there of a former one is forgotten. */
  begin(createdAt: number): Promise<void>
  /** A payload came for the source that was made then (ms); false where it is a former one by now. */
  use(createdAt: number): Promise<boolean>
  /** Forgets everything of the source that was made then (ms), and nothing of a later one. */
  destroy(createdAt: number): Promise<void>
}

/** More than all testers of ten apps. Beyond that whoever is entitled to nothing makes room, the one of whom was told least lately first. */
export const PEOPLE_KEPT = 100_000
const RECEIVED_KEPT = 200
/** Anybody can send what is refused: it must not push out what was taken. */
const REFUSED_EVERY_MS = 10_000

/** What a source has told of its people, `most` of them at most; who is entitled to nothing makes room. */
export function createSourceMemory(redis: Redis, sourceId: string, most = PEOPLE_KEPT): SourceMemory {
  const keys = sourceKeys(sourceId)
  const people = createRegister(redis, keys.people, sourcePerson)
  const all = [keys.born, keys.people, keys.idle, keys.received, keys.refused]
  const mark = async (createdAt: number, how: 'made' | 'used' | 'deleted') =>
    (await beginScript.run(redis, all, [createdAt, how])) === 1
  const hasRoom = async () => {
    for (;;) {
      if ((await redis.hlen(keys.people)) < most) return true
      const [idlest] = await redis.zpopmin(keys.idle)
      if (idlest === undefined) return false
      const json = await redis.hget(keys.people, idlest)
      // Who has something again by now stays.
      if (json === null || isEntitled(readJson(sourcePerson, json, 'A person of a source'))) continue
      await dropScript.run(redis, [keys.people], [idlest, json])
    }
  }
  const noteIdle = async (person: SourcePerson): Promise<SourcePerson> => {
    if (isEntitled(person)) await redis.zrem(keys.idle, person.id)
    else await redis.zadd(keys.idle, person.revision, person.id)
    return person
  }
  return {
    find: (personId) => people.find(personId),
    async amend(personId, change) {
      for (;;) {
        const changed = await people.update(personId, change)
        if (changed) return noteIdle(changed)
        if (!(await hasRoom())) return undefined
        const first = change(undefined)
        if (await people.insert(first)) return noteIdle(first)
      }
    },
    async forget({ ids, address }) {
      if (ids.length > 0)
        await redis
          .multi()
          .hdel(keys.people, ...ids)
          .zrem(keys.idle, ...ids)
          .exec()
      const word = JSON.stringify(address)
      let cursor = '0'
      do {
        const [next, flat] = await redis.hscan(keys.people, cursor, 'COUNT', 1_000)
        for (let at = 0; at + 1 < flat.length; at += 2) {
          // As text: a record that can't be read holds nobody's erasure up, and is forgotten like any other.
          if (!emailKey(String(flat[at + 1])).includes(word)) continue
          const id = String(flat[at])
          await redis.multi().hdel(keys.people, id).zrem(keys.idle, id).exec()
        }
        cursor = next
      } while (cursor !== '0')
    },
    wasSeen: async (digest) => (await redis.exists(keys.seen(digest))) === 1,
    noteSeen: async (digest, forMs) => void (await redis.set(keys.seen(digest), '1', 'PX', forMs)),
    received: async () =>
      (await redis.lrange(keys.received, 0, -1)).map((line) => readJson(receivedPayload, line, 'A received payload')),
    async note(entry) {
      if (entry.status === 'refused') {
        const isFirst = await redis.set(keys.refused, '1', 'PX', REFUSED_EVERY_MS, 'NX')
        if (isFirst === null) return
      }
      await redis
        .multi()
        .lpush(keys.received, JSON.stringify(entry))
        .ltrim(keys.received, 0, RECEIVED_KEPT - 1)
        .exec()
    },
    begin: async (createdAt) => void (await mark(createdAt, 'made')),
    use: (createdAt) => mark(createdAt, 'used'),
    destroy: async (createdAt) => void (await mark(createdAt, 'deleted')),
  }
}

/** To something, or still on a roster for it. */
const isEntitled = ({ memberships, told }: SourcePerson) =>
  told.rosters.length > 0 || Object.values(memberships).some(({ plans }) => plans.length > 0)
