import type { Redis } from 'ioredis'
import {
  scimAddresses,
  scimNameKey,
  type ScimDirectory,
  type ScimGroup,
  type ScimNote,
  type ScimTold,
  type ScimUser,
} from '../../domain/scim.ts'
import {
  anyObject,
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  or,
  read,
  readJson,
  text,
  texts,
  tuple,
} from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { globalKeys, scimKeys } from '../keys.ts'
import { createRegister, type Register } from '../records.ts'
import { createRecords, parseRecord, type ScimRecords } from './scim-records.ts'
import { formatTold, parseTold, scimProfile as profile, type ScimNoting } from './scim-told.ts'

const amend = defineScript(import.meta.url, './scim-amend-members.lua', './scim-touch.lua')
const touch = defineScript(import.meta.url, './scim-touch-users.lua', './scim-touch.lua')
const noteTold = defineScript(import.meta.url, './scim-note-told.lua')
const begin = defineScript(import.meta.url, './scim-begin-change.lua')
const end = defineScript(import.meta.url, './scim-end-change.lua')
const settle = defineScript(import.meta.url, './scim-settle-group.lua')
const forget = defineScript(import.meta.url, './scim-forget-user.lua')

/** Users looked at or changed in one step. */
const PAGE = 500
const NOTES_KEPT = 200
const HOUR_S = 3_600
/** No request is at work for so long. */
const CHANGE_S = HOUR_S

const user = object<ScimUser>({
  v: oneOf(1),
  id: text,
  userName: text,
  externalId: nullable(text),
  active: flag,
  profile,
  resource: anyObject,
  createdAt: number,
  updatedAt: number,
})

const group = object<ScimGroup>({
  v: oneOf(1),
  id: text,
  displayName: text,
  externalId: nullable(text),
  making: optional(oneOf(true)),
  createdAt: number,
  updatedAt: number,
})

const directory = object<ScimDirectory>({ id: text, rosters: nullable(texts) })
const note = object<ScimNote>({ at: number, detail: text })
/** As much of a user as the rosters are told. */
const subject = object<ScimSubject>({ active: flag, profile })

/**
 * What the provider sent follows what rosters are told (ScimUser), and is most of a record: it is not read for them. No text in JSON
 * has an unescaped quote, so this is where it begins.
 */
function parseSubject(json: string | null | undefined): ScimSubject | undefined {
  const end = json?.indexOf(',"resource":') ?? -1
  return parseRecord(subject, end < 0 ? json : `${json?.slice(0, end)}}`)
}

/** 0: the group to add to is gone. 1: it is there; who was changed, who is not known. */
const amended = or(tuple(oneOf(0)), tuple(oneOf(1), texts, texts))

/** Directories by id: one for each set of rosters that a provider's token may lead to. */
export function createScimDirectories(redis: Redis): Register<ScimDirectory> {
  return createRegister(redis, globalKeys.scimDirectories, directory)
}

type ScimSubject = Pick<ScimUser, 'active' | 'profile'>

/** A user as the rosters are to be told of them. */
export interface ScimStanding {
  id: string
  revision: string
  /** Undefined: deleted. */
  user: ScimSubject | undefined
  groups: string[]
  told: ScimTold
}

/** Users and groups of one directory. */
export interface ScimDirectoryStore {
  users: ScimRecords<ScimUser>
  groups: ScimRecords<ScimGroup>
  /** Puts users into a group or takes them out; `change`: as a step of that one. Undefined: the group to add to is not there. */
  amendMembers(
    groupId: string,
    how: 'add' | 'remove',
    users: readonly string[],
    change?: string,
  ): Promise<{ changed: string[]; unknown: string[] } | undefined>
  /**
   * Begins a change of a group's members that takes several steps; its number. `isWhole`: it says who is in as a whole, and whatever
   * began before it has nothing to say any more. What is said later by others is not undone by its later steps.
   */
  beginChange(groupId: string, isWhole: boolean): Promise<string>
  endChange(groupId: string): Promise<void>
  /** Ids of a group's users, a page at a time, in order. */
  membersOf(groupId: string): AsyncGenerator<string[], void>
  countMembers(groupId: string): Promise<number>
  /** Which of these users are in the group. */
  whoIsIn(groupId: string, users: readonly string[]): Promise<string[]>
  /** Ids of the groups of each user, in the order given. */
  groupsOf(users: readonly string[]): Promise<string[][]>
  touch(users: readonly string[]): Promise<void>
  standings(users: readonly string[]): Promise<ScimStanding[]>
  /** Those who were touched before then (ms) and about whom the rosters were not told. */
  touchedBefore(time: number): Promise<string[]>
  /**
   * `told`: what the rosters know once they are told, and of which part of it that is not sure yet; where it is not given, what is kept
   * is sure by now. Returns those who have changed since.
   */
  noteTold(those: readonly ScimNoting[], isDone: boolean): Promise<Set<string>>
  /** Forgets a deleted user of whom the rosters were told. */
  forget(standing: ScimStanding): Promise<void>
  /** Groups that were renamed or deleted before then (ms), and whose members were not looked at to the end. */
  unsettledBefore(time: number): Promise<string[]>
  /** Which change of the group is the last one that asks for a look at its members. */
  lastChange(groupId: string): Promise<string>
  /** The members were looked at since then. */
  settled(groupId: string, lastChange: string): Promise<void>
  /** Ids of the users in whose record this address (lower-cased) stands, whatever it is there. */
  usersNaming(address: string): Promise<string[]>
  /** Keeps it unless this hour has it already, or has many others. Returns whether it was kept. */
  note(note: ScimNote): Promise<boolean>
  notes(): Promise<ScimNote[]>
}

/** Users and groups of one directory. */
export function createScimDirectory(redis: Redis, directoryId: string): ScimDirectoryStore {
  const keys = scimKeys(directoryId)
  const touching: [string, string] = [keys.revisions, keys.touched]
  const groupsOf = async (users: readonly string[]): Promise<string[][]> => {
    if (users.length === 0) return []
    return (await redis.hmget(keys.memberships, ...users)).map(toGroups)
  }
  return {
    users: createRecords(redis, user, [keys.users, keys.userIndex, keys.userOrder, ...touching], userEntries, {
      unique: 'n',
      tells: 'user',
    }),
    groups: createRecords(
      redis,
      group,
      [keys.groups, keys.groupIndex, keys.groupOrder, keys.revisions, keys.unsettled],
      groupEntries,
      {
        unique: 'k',
        tells: 'group',
      },
    ),
    beginChange: async (groupId, isWhole) =>
      read(
        text,
        await begin.run(redis, [keys.changes(groupId)], [isWhole ? 1 : 0, CHANGE_S]),
        'The number of a change',
      ),
    endChange: async (groupId) => void (await end.run(redis, [keys.changes(groupId)], [])),
    async amendMembers(groupId, how, users, change = '') {
      const result = { changed: [] as string[], unknown: [] as string[] }
      const keyList = [
        keys.users,
        keys.groups,
        keys.members(groupId),
        keys.memberships,
        ...touching,
        keys.changes(groupId),
      ]
      for (let from = 0; from < users.length || from === 0; from += PAGE) {
        const args = [groupId, how, change, ...users.slice(from, from + PAGE)]
        const answer = read(amended, await amend.run(redis, keyList, args), 'An answer of scim-amend-members.lua')
        if (answer[0] === 0) return undefined
        const [, changed, unknown] = answer
        result.changed.push(...changed)
        result.unknown.push(...unknown)
      }
      return result
    },
    async *membersOf(groupId) {
      let after = '-'
      for (;;) {
        const page = await redis.zrangebylex(keys.members(groupId), after, '+', 'LIMIT', 0, PAGE)
        if (page.length > 0) yield page
        if (page.length < PAGE) return
        after = `(${page.at(-1) ?? ''}`
      }
    },
    countMembers: (groupId) => redis.zcard(keys.members(groupId)),
    async whoIsIn(groupId, users) {
      if (users.length === 0) return []
      const scores = await redis.zmscore(keys.members(groupId), ...users)
      return users.filter((_, at) => scores[at] !== null)
    },
    groupsOf,
    async touch(users) {
      if (users.length > 0) await touch.run(redis, touching, [...users])
    },
    async standings(users) {
      if (users.length === 0) return []
      const hashes = [keys.users, keys.memberships, keys.revisions, keys.told]
      const reads = redis.multi()
      for (const hash of hashes) reads.hmget(hash, ...users)
      const answers = (await reads.exec()) ?? []
      const [found, groups, revisions, records] = answers.map(([error, values]) => {
        if (error) throw error
        return read(list(nullable(text)), values, 'What is kept of SCIM users')
      })
      return users.map((id, at) => ({
        id,
        revision: revisions?.[at] ?? '0',
        user: parseSubject(found?.[at]),
        groups: toGroups(groups?.[at]),
        told: parseTold(records?.[at]),
      }))
    },
    touchedBefore: (time) => redis.zrangebyscore(keys.touched, '-inf', `(${time}`, 'LIMIT', 0, 10_000),
    async noteTold(those, isDone) {
      const changed = new Set<string>()
      for (let from = 0; from < those.length; from += PAGE) {
        const page = those.slice(from, from + PAGE)
        const args: (string | number)[] = [isDone ? 1 : 0]
        for (const one of page) args.push(one.id, one.revision, formatTold(one))
        const keyList = [keys.told, keys.revisions, keys.touched]
        const answer = await noteTold.run(redis, keyList, args)
        for (const id of read(texts, answer, 'An answer of scim-note-told.lua')) changed.add(id)
      }
      return changed
    },
    async forget({ id, groups, revision }) {
      const memberships = groups.length === 0 ? '' : `,${groups.join(',')},`
      const keyList = [keys.users, keys.memberships, keys.told, keys.revisions, keys.touched]
      await forget.run(redis, [...keyList, ...groups.map(keys.members)], [id, memberships, revision])
    },
    async unsettledBefore(time) {
      const changed = await redis.zrangebyscore(keys.unsettled, '-inf', `(${time}`)
      return [...new Set([...changed, ...(await redis.smembers(keys.closing))])]
    },
    lastChange: async (groupId) => (await redis.zscore(keys.unsettled, groupId)) ?? '',
    async settled(groupId, lastChange) {
      await settle.run(redis, [keys.unsettled, keys.closing], [groupId, lastChange])
    },
    async usersNaming(address) {
      const found = new Set<string>()
      const words = JSON.stringify(address)
      for (const hash of [keys.users, keys.told]) {
        let cursor = '0'
        do {
          const [next, flat] = await redis.hscan(hash, cursor, 'COUNT', 500)
          for (let at = 0; at + 1 < flat.length; at += 2) {
            if (
              String(flat[at + 1])
                .toLowerCase()
                .includes(words)
            )
              found.add(String(flat[at]))
          }
          cursor = next
        } while (cursor !== '0')
      }
      return [...found]
    },
    async note(entry) {
      const hour = keys.said(Math.floor(entry.at / (HOUR_S * 1_000)))
      const said = await redis
        .multi()
        .sadd(hour, entry.detail)
        .scard(hour)
        .expire(hour, 2 * HOUR_S)
        .exec()
      const [isNew, count] = (said ?? []).map(([, value]) => Number(value))
      if (isNew !== 1 || (count ?? 0) > NOTES_KEPT) return false
      await redis
        .multi()
        .lpush(keys.notes, JSON.stringify(entry))
        .ltrim(keys.notes, 0, NOTES_KEPT - 1)
        .exec()
      return true
    },
    notes: async () => (await redis.lrange(keys.notes, 0, -1)).map((line) => readJson(note, line, 'A note on SCIM')),
  }
}

const toGroups = (text: string | null | undefined) => (text ? text.split(',').filter((id) => id !== '') : [])

function userEntries(user: ScimUser): string[] {
  const { id, userName, externalId } = user
  const entries = [`n:${userName.toLowerCase()}\0${id}`]
  if (externalId !== null) entries.push(`x:${externalId}\0${id}`)
  return [...entries, ...scimAddresses(user).map((address) => `e:${address}\0${id}`)]
}

function groupEntries({ id, displayName, externalId }: ScimGroup): string[] {
  const entries = [`n:${scimNameKey(displayName)}\0${id}`]
  if (externalId !== null) entries.push(`x:${externalId}\0${id}`)
  // What the provider knows the group by, which it makes again where the answer was lost.
  return [...entries, externalId === null ? `k:n:${scimNameKey(displayName)}\0${id}` : `k:x:${externalId}\0${id}`]
}
