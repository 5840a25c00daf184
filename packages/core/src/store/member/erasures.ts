import type { Redis } from 'ioredis'
import type { Erasure } from '../../domain/erasure.ts'
import { emailKey } from '../../domain/email.ts'
import { number, object, oneOf, optional, read, readJson, text, texts } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'
import { createMembers, type MemberRecord } from './members.ts'
import { forgetTesterIds } from './testers.ts'

const eraseScript = defineScript(import.meta.url, './erase-member.lua', './holders.lua', './desired.lua')

/** People of one team key's rosters who are to be forgotten. */
export interface Erasures {
  /** Kept together with the task that carries it on. */
  begin(erasure: Erasure, task: string): Promise<void>
  put(erasure: Erasure): Promise<void>
  find(id: string): Promise<Erasure | undefined>
  end(id: string): Promise<void>
  /**
   * Every trace of a member who is out, if the lease is ours and the member is still as it was read. `kept`: something was
   * recorded meanwhile.
   */
  eraseMember(
    token: string,
    member: { roster: string; appId: string; ref: string; record: MemberRecord },
  ): Promise<'erased' | 'kept' | 'lost'>
  /** Whether a fact that was not told yet may be about one of them. */
  hasUntold(isAbout: (roster: string, member: string) => boolean): Promise<boolean>
  /** Forgets what happened to a member so far, not who it is; links of before are void. */
  dropHistory(roster: string, member: string): Promise<void>
}

const erasure = object<Erasure>({
  v: oneOf(1),
  id: text,
  roster: text,
  members: texts,
  email: text,
  requestedAt: number,
  person: optional(text),
  refs: optional(texts),
})
export const readErasure = (json: string) => readJson(erasure, json, 'An erasure')

const ERASED = oneOf('erased', 'kept', 'lost')
const ABOUT = object<{ roster?: string; member?: string }>({ roster: optional(text), member: optional(text) })

/** Erasures of people that go on in one lane. */
export function createErasures(redis: Redis, teamKey: string): Erasures {
  const keys = laneKeys(teamKey)
  return {
    async begin(record, task) {
      await redis
        .multi()
        .hset(keys.erasures, record.id, JSON.stringify(record))
        .zadd(keys.schedule, record.requestedAt, task)
        .exec()
    },
    async find(id) {
      const json = await redis.hget(keys.erasures, id)
      return json === null ? undefined : readErasure(json)
    },
    put: async (record) => void (await redis.hset(keys.erasures, record.id, JSON.stringify(record))),
    end: async (id) => void (await redis.hdel(keys.erasures, id)),
    async eraseMember(token, { roster, appId, ref, record }) {
      const of = keys.roster(roster)
      // Nothing may be left that would make search entries of the member.
      await createMembers(redis, teamKey, roster).index()
      const { desired, observed } = record
      const former = (observed?.former ?? []).map(({ email }) => email)
      const addresses = [desired.email, observed?.email ?? null, ...(observed?.leaving ?? []), ...former]
      const known = [...new Set(addresses.flatMap((email) => (email === null ? [] : [emailKey(email)])))]
      // Forgetting one too many costs a look-up; afterwards nothing would say whose they were.
      await forgetTesterIds(redis, { teamKey, appId }, known)
      const answer = await eraseScript.run(
        redis,
        [
          keys.lease,
          of.desired,
          of.observed,
          of.status,
          of.timeline,
          of.index,
          of.parked,
          keys.work,
          keys.outboxNow,
          keys.outboxInteractive,
          keys.outboxBulk,
          of.parkedBulk,
          of.seatLine,
          of.protections,
          of.sightings,
          of.usages,
          // Whoever comes back under this id is another person to an old link.
          of.links,
          keys.traces,
        ],
        [token, record.id, desired.version, ref, `${roster}\0${record.id}`],
      )
      return read(ERASED, answer, 'An answer of erase-member.lua')
    },
    async hasUntold(isAbout) {
      for (const json of await redis.lrange(keys.facts, 0, -1)) {
        const fact = readJson(ABOUT, json, 'A fact')
        if (fact.roster !== undefined && fact.member !== undefined && isAbout(fact.roster, fact.member)) return true
      }
      return false
    },
    async dropHistory(roster, member) {
      const { timeline, links } = keys.roster(roster)
      await redis.multi().hdel(timeline, member).hdel(links, member).exec()
    },
  }
}
