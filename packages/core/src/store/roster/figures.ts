import type { Redis } from 'ioredis'
import type { TesterState } from '../../domain/member.ts'
import {
  NO_USAGE,
  USAGE_PERIODS,
  type Device,
  type InviteType,
  type Sighting,
  type Usage,
  type UsageSummary,
  type UsagePeriod,
} from '../../domain/usage.ts'
import { list, nullable, number, object, oneOf, optional, or, readJson, text, tuple, word } from '../../domain/shape.ts'
import { createFencedWrite } from '../connection/fenced-writer.ts'
import { laneKeys } from '../keys.ts'
import { readHash } from './readings.ts'

/**
 * What Apple tells of a roster's testers beside their state: since when they have it, how they came, their devices, what they did.
 * It lies beside the members, not in their records: those are written at every turn, this once a day, and all of it can be
 * switched off. Everything goes with its member.
 */
export interface Figures {
  /** Of these members, in the order given. */
  findMany(ids: readonly string[]): Promise<{ sighting: Sighting | null; usage: Usage | null }[]>
  sightings(): Promise<Map<string, Sighting>>
  usages(): Promise<Map<string, Usage>>
  /** When the group was last listed as a whole (ms), and how the readings of usage went. */
  standing(): Promise<{ seenAt: number | null; summary: UsageSummary }>
  /** What a complete listing showed: who is another than before, and who is there no more. Throws lease_lost. */
  keepSightings(by: FiguresWriter, seen: { at: number; changed: Map<string, Sighting>; gone: string[] }): Promise<void>
  /** How a reading of usage ended; `usages`: of everybody, where it is believed. Throws lease_lost. */
  keepUsages(by: FiguresWriter, summary: UsageSummary, usages: Map<string, Usage> | null): Promise<void>
  /** Sessions a week of everybody, by a reading that is believed. Throws lease_lost. */
  noteSessions(by: FiguresWriter, sample: SessionSample): Promise<void>
  /** The oldest first. */
  sessionHistory(): Promise<SessionSample[]>
  /** Nothing of usage is kept any more. Throws lease_lost. */
  dropUsages(by: FiguresWriter, summary: UsageSummary): Promise<void>
}

/** Who writes: whoever has the lease, about the roster that it has read. */
export interface FiguresWriter {
  token: string
  /** When the roster was made (ms): of one that was deleted meanwhile nothing is kept, nor in one that was made anew. */
  createdAt: number
}

/** Sessions a week of all testers together, at one reading (ms). */
export interface SessionSample {
  at: number
  perWeek: number
}

const summaryShape = object<UsageSummary>({
  v: oneOf(1),
  readAt: nullable(number),
  days: nullable(oneOf(...USAGE_PERIODS)),
  triedAt: nullable(number),
  doubt: nullable(word()),
})

/** A reading a day: a third of a year. */
const SAMPLES_KEPT = 120

/** What complete readings of a group kept of its testers: sightings, usage, and a summary of usage. */
export function createFigures(redis: Redis, teamKey: string, roster: string): Figures {
  const lane = laneKeys(teamKey)
  const keys = lane.roster(roster)
  const writeAs = ({ token, createdAt }: FiguresWriter) =>
    createFencedWrite(redis, lane.lease, token, { id: roster, createdAt, lane })
  const writeHash = async (
    write: ReturnType<typeof createFencedWrite>,
    key: string,
    { set, drop }: { set: [string, string][]; drop: string[] },
  ) => {
    if (set.length > 0) await write(key, 'HSET', set.flat())
    if (drop.length > 0) await write(key, 'HDEL', drop)
  }
  const sightings = async () => parseAll(await readHash(redis, keys.sightings), parseSighting)
  const usages = async () => parseAll(await readHash(redis, keys.usages), parseUsage)
  return {
    sightings,
    usages,
    async findMany(ids) {
      if (ids.length === 0) return []
      const [seen, used] = await Promise.all([redis.hmget(keys.sightings, ...ids), redis.hmget(keys.usages, ...ids)])
      return ids.map((_, at) => {
        const [sighting, usage] = [seen[at], used[at]]
        return { sighting: sighting ? parseSighting(sighting) : null, usage: usage ? parseUsage(usage) : null }
      })
    },
    async standing() {
      const [seenAt, summary] = await redis.hmget(keys.figures, 'seenAt', 'usage')
      return {
        seenAt: seenAt ? Number(seenAt) : null,
        summary: summary ? readJson(summaryShape, summary, 'The summary of usage') : NO_USAGE,
      }
    },
    async keepSightings(by, { at, changed, gone }) {
      const write = writeAs(by)
      const set = [...changed].map(([id, sighting]): [string, string] => [id, formatSighting(sighting)])
      await writeHash(write, keys.sightings, { set, drop: gone })
      if (gone.length > 0) await write(keys.usages, 'HDEL', gone)
      await write(keys.figures, 'HSET', ['seenAt', at])
    },
    async keepUsages(by, summary, next) {
      const write = writeAs(by)
      if (next !== null) {
        const kept = await redis.hkeys(keys.usages)
        const set = [...next].map(([id, usage]): [string, string] => [id, formatUsage(usage)])
        await writeHash(write, keys.usages, { set, drop: kept.filter((id) => !next.has(id)) })
      }
      await write(keys.figures, 'HSET', ['usage', JSON.stringify(summary)])
    },
    async noteSessions(by, { at, perWeek }) {
      const write = writeAs(by)
      await write(keys.usageHistory, 'LPUSH', [`${at} ${perWeek}`])
      await write(keys.usageHistory, 'LTRIM', [0, SAMPLES_KEPT - 1])
    },
    async sessionHistory() {
      const lines = await redis.lrange(keys.usageHistory, 0, -1)
      return lines.toReversed().map((line) => {
        const [at = 0, perWeek = 0] = line.split(' ').map(Number)
        return { at, perWeek }
      })
    },
    async dropUsages(by, summary) {
      const write = writeAs(by)
      for (const key of [keys.usages, keys.usageHistory]) await write(key, 'UNLINK')
      await write(keys.figures, 'HSET', ['usage', JSON.stringify(summary)])
    },
  }
}

/** Forgets what is kept of a member who is out of the group: whoever comes back begins anew. */
export async function forgetFigures(redis: Redis, teamKey: string, roster: string, member: string): Promise<void> {
  const keys = laneKeys(teamKey).roster(roster)
  await Promise.all([redis.hdel(keys.sightings, member), redis.hdel(keys.usages, member)])
}

function parseAll<T>(hash: Map<string, string>, parse: (text: string) => T): Map<string, T> {
  return new Map([...hash].map(([id, text]) => [id, parse(text)]))
}

/** Ten thousand of each lie in memory, so they are arrays, without what is not known at the end. */
type KeptSighting = [state: TesterState, since: number, invite?: InviteType | 0, devices?: (string | null)[][]]
const sightingShape = tuple<KeptSighting>(
  word(),
  number,
  optional(or(oneOf(0), word<InviteType>())),
  optional(list(list(nullable(text)))),
)

function formatSighting({ state, since, inviteType, devices }: Sighting): string {
  const kept: KeptSighting = [state, since]
  if (inviteType !== null || devices.length > 0) kept.push(inviteType ?? 0)
  if (devices.length > 0)
    kept.push(devices.map(({ model, platform, osVersion, build }) => [model, platform, osVersion, build]))
  return JSON.stringify(kept)
}

function parseSighting(json: string): Sighting {
  const [state, since, invite, devices = []] = readJson(sightingShape, json, 'A sighting')
  return {
    state,
    since,
    inviteType: invite || null,
    devices: devices.map(([model = null, platform = null, osVersion = null, build = null]): Device => ({
      model,
      platform,
      osVersion,
      build,
    })),
  }
}

type KeptUsage = [number, number, number, UsagePeriod, readAt: number, zeroSince: number, risenAt: number]
const usageShape = tuple<KeptUsage>(number, number, number, oneOf(...USAGE_PERIODS), number, number, number)

function formatUsage({ sessions, crashes, feedback, days, readAt, zeroSince, risenAt }: Usage): string {
  const kept: KeptUsage = [sessions, crashes, feedback, days, readAt, zeroSince ?? 0, risenAt ?? 0]
  return JSON.stringify(kept)
}

function parseUsage(json: string): Usage {
  const [sessions, crashes, feedback, days, readAt, zeroSince, risenAt] = readJson(usageShape, json, 'Usage')
  return { sessions, crashes, feedback, days, readAt, zeroSince: zeroSince || null, risenAt: risenAt || null }
}
