import type { Redis } from 'ioredis'
import { emailKey } from '../../domain/email.ts'
import type { TesterState } from '../../domain/member.ts'
import type { Device, InviteType } from '../../domain/usage.ts'
import {
  flag,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  readJson,
  text,
  tuple,
  word,
} from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const keepScript = defineScript(import.meta.url, './keep-reading.lua')

/** How far the reading of a roster's group has come. Kept page by page: whoever has the lane next goes on. */
export interface Reading {
  v: 1
  /** The task it is read for: it is of no use to another that began later. */
  owner: string
  startedAt: number
  /** The last page (ms). */
  at: number
  /** The second reads the group once more, where Apple tells no total. */
  pass: 1 | 2
  /** Path and query of the next page; null: the first one. */
  next: string | null
  /** Rows so far. */
  read: number
  /** Pages in a row without a row that was new. */
  idle: number
  /** As Apple told it last. */
  total: number | null
  /** No page is left. */
  ended: boolean
  /** A row came twice, or the pages led in circles: nothing may be concluded. */
  broken: boolean
  /** How often it began anew since a next link was refused, and how often what we wrote did not add up. */
  restarts: number
  doubts: number
}

/** A tester as App Store Connect lists them. */
export interface ReadRow {
  id: string
  email: string | null
  state: TesterState
  /** Absent where the row came of a look-up by address, which does not tell. */
  inviteType?: InviteType | null
  devices?: Device[]
}

/** What is kept of the reading of one roster's group. */
export interface Readings {
  find(): Promise<Reading | undefined>
  /** Nothing of an earlier one is left, and its owner is joined by nobody any more. False when the lease is lost. */
  begin(token: string, reading: Reading): Promise<boolean>
  /** Which of these the pass has had already. */
  known(pass: Reading['pass'], ids: string[]): Promise<Set<string>>
  keepPage(token: string, reading: Reading, rows: ReadRow[]): Promise<boolean>
  /** Some of the addresses that we wrote about since the reading began, and that were not read since. */
  touched(limit: number): Promise<string[]>
  /** What a look at these addresses found. */
  keepChecked(token: string, reading: Reading, addresses: string[], rows: ReadRow[]): Promise<boolean>
  /** How many addresses were looked at. */
  countChecked(): Promise<number>
  /** What was looked at is doubtful once more. */
  doubtChecked(token: string, reading: Reading): Promise<boolean>
  /** Every row of a pass, each address that we wrote about as it was read last. */
  rows(pass: Reading['pass']): Promise<ReadRow[]>
  /** Whether what was read so far holds this address (lower-cased). */
  names(address: string): Promise<boolean>
  end(): Promise<void>
}

const readingShape = object<Reading>({
  v: oneOf(1),
  owner: text,
  startedAt: number,
  at: number,
  pass: oneOf(1, 2),
  next: nullable(text),
  read: number,
  idle: number,
  total: nullable(number),
  ended: flag,
  broken: flag,
  restarts: number,
  doubts: number,
})

const rowShape = tuple<[string, string | null, TesterState, InviteType | null | undefined, Device[] | undefined]>(
  text,
  nullable(text),
  word(),
  optional(nullable(word<InviteType>())),
  optional(
    list(
      object<Device>({
        model: nullable(text),
        platform: nullable(text),
        osVersion: nullable(text),
        build: nullable(text),
      }),
    ),
  ),
)

const KEPT_MS = 86_400_000
const SLICE = 500

/** Readings of a group that go over several visits, page by page. */
export function createReadings(redis: Redis, teamKey: string, roster: string): Readings {
  const { lease, ...lane } = laneKeys(teamKey)
  const keys = lane.roster(roster)
  const rowsKey = (pass: Reading['pass']) => (pass === 1 ? keys.readingRows : keys.readingAgain)
  const all = [keys.reading, keys.readingRows, keys.readingAgain, keys.readingTouched, keys.readingChecked]
  const keep = async (
    token: string,
    reading: Reading,
    { hash, fields = [], certain = [] }: { hash: string; fields?: [string, string][]; certain?: string[] },
  ) =>
    (await keepScript.run(
      redis,
      [lease, keys.reading, hash, keys.readingTouched],
      [token, JSON.stringify(reading), KEPT_MS, fields.length, ...fields.flat(), ...certain],
    )) === 1

  return {
    async find() {
      const json = await redis.get(keys.reading)
      return json === null ? undefined : readJson(readingShape, json, 'A reading')
    },
    async begin(token, reading) {
      const asked = Object.entries(await redis.hgetall(keys.asked)).filter(([, id]) => id === reading.owner)
      if (asked.length > 0) await redis.hdel(keys.asked, ...asked.map(([field]) => field))
      await redis.unlink(...all)
      return keep(token, reading, { hash: keys.readingRows })
    },
    async known(pass, ids) {
      if (ids.length === 0) return new Set()
      const found = await redis.hmget(rowsKey(pass), ...ids)
      return new Set(ids.filter((_, at) => found[at] !== null))
    },
    keepPage: (token, reading, rows) =>
      keep(token, reading, { hash: rowsKey(reading.pass), fields: rows.map((row) => [row.id, formatRow(row)]) }),
    touched: async (limit) => redis.srandmember(keys.readingTouched, limit),
    keepChecked(token, reading, addresses, rows) {
      const found = new Map(rows.map((row) => [emailKey(row.email ?? ''), formatRow(row)]))
      const fields = addresses.map((address): [string, string] => {
        const key = emailKey(address)
        return [key, found.get(key) ?? '']
      })
      return keep(token, reading, { hash: keys.readingChecked, fields, certain: addresses })
    },
    countChecked: () => redis.hlen(keys.readingChecked),
    async doubtChecked(token, reading) {
      const addresses = await redis.hkeys(keys.readingChecked)
      for (let from = 0; from < addresses.length; from += SLICE) {
        await redis.sadd(keys.readingTouched, ...addresses.slice(from, from + SLICE))
      }
      return keep(token, reading, { hash: keys.readingRows })
    },
    async rows(pass) {
      const [listed, checked] = await Promise.all([
        readHash(redis, rowsKey(pass)),
        readHash(redis, keys.readingChecked),
      ])
      const rows = [...listed].map(([, json]) => parseRow(json))
      const untouched = rows.filter(({ email }) => email === null || !checked.has(emailKey(email)))
      return [...untouched, ...[...checked.values()].filter((json) => json !== '').map(parseRow)]
    },
    async names(address) {
      const looked = [...(await redis.smembers(keys.readingTouched)), ...(await redis.hkeys(keys.readingChecked))]
      if (looked.some((one) => emailKey(one) === address)) return true
      const word = JSON.stringify(address)
      for (const key of [keys.readingRows, keys.readingAgain]) {
        const rows = await readHash(redis, key)
        for (const json of rows.values()) if (emailKey(json).includes(word)) return true
      }
      return false
    },
    end: async () => void (await redis.unlink(...all)),
  }
}

function formatRow({ id, email, state, inviteType, devices }: ReadRow): string {
  return JSON.stringify(devices === undefined ? [id, email, state] : [id, email, state, inviteType ?? null, devices])
}

function parseRow(json: string): ReadRow {
  const [id, email, state, inviteType, devices] = readJson(rowShape, json, 'A row of a reading')
  return devices === undefined ? { id, email, state } : { id, email, state, inviteType: inviteType ?? null, devices }
}

/** A whole hash, a page at a time. */
export async function readHash(redis: Redis, key: string): Promise<Map<string, string>> {
  const read = new Map<string, string>()
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(key, cursor, 'COUNT', 1_000)
    cursor = next
    for (let at = 0; at + 1 < flat.length; at += 2) read.set(String(flat[at]), String(flat[at + 1]))
  } while (cursor !== '0')
  return read
}
