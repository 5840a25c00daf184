import type { Redis } from 'ioredis'
import type { Problem, TeamKeyStatus } from '../../domain/roster.ts'
import { flag, mapOf, number, object, readJson, type Shape } from '../../domain/shape.ts'
import { defineScript } from '../connection/define-script.ts'
import { problem, readKeyStatus } from '../stored-shapes.ts'

const writeScript = defineScript(import.meta.url, './standing-write.lua')

/** What a lane remembers from visit to visit. */
export interface LaneMemory {
  blocked: Problem | null
  /** 401 answers in a row on fresh tokens, since when. */
  suspicion: { count: number; since: number } | null
  /** Endpoints that refuse: how often in a row, since when, and when they are asked again (ms). */
  endpoints: Record<string, { count: number; since: number; until: number }>
  /** Testers in one relationship call that Apple accepted last. */
  chunk: number
  /** Calls at once. */
  parallel: number
  /** Visits in a row that found Apple out of order. */
  outage: number
  /** When the first of these ended (ms), for people; null: there is none, or it was not noted. */
  outageSince: number | null
  /** Nothing is done before then (ms): who rings must not bring a call for each event of an outage. `ofBlock`: while blocked only. */
  rest: { until: number; ofBlock: boolean } | null
  /** What could not be done, and until when (ms), of events and of bulk work: the sweep does not ring for it. Null: all could. */
  waits: { events: number; bulk: number } | null
  /** What was last found out about the key. */
  status: TeamKeyStatus
  /** What the status is about, for people. */
  problem: Problem | null
  /** The code of what upstream was told last to be held against the key; empty: nothing. Written by note-key.lua alone. */
  toldBlock: string
  /** When the lane's key was given (ms): what is found out of it is nothing of another. */
  readonly keyAt: number
}

const INITIAL_CHUNK = 50
const INITIAL_PARALLEL = 4

const suspicion = object<NonNullable<LaneMemory['suspicion']>>({ count: number, since: number })
const endpoints = mapOf(object<LaneMemory['endpoints'][string]>({ count: number, since: number, until: number }))
const waits = object<NonNullable<LaneMemory['waits']>>({ events: number, bulk: number })
const rest = object<NonNullable<LaneMemory['rest']>>({ until: number, ofBlock: flag })

export function parseRest(kept: string | null | undefined): LaneMemory['rest'] {
  return kept ? readJson(rest, kept, "The lane's rest") : null
}

export function parseSuspicion(kept: string | null | undefined): LaneMemory['suspicion'] {
  return kept ? readJson(suspicion, kept, "The lane's suspicion") : null
}

export function parseWaits(kept: string | null | undefined): LaneMemory['waits'] {
  return kept ? readJson(waits, kept, 'What the lane waits for') : null
}

export const parseSince = (kept: string | null | undefined) => (kept ? Number(kept) : null)

/** Reads a lane's hash; what is absent gets what a new lane begins with. Throws where a field holds what we never write. */
export function parseMemory(hash: ReadonlyMap<string, string>): LaneMemory {
  const json = <T>(name: string, shape: Shape<T>): T | null => {
    const kept = hash.get(name)
    return kept ? readJson(shape, kept, `The lane's ${name}`) : null
  }
  return {
    blocked: json('blocked', problem),
    suspicion: parseSuspicion(hash.get('suspicion')),
    endpoints: json('endpoints', endpoints) ?? {},
    chunk: Number(hash.get('chunk') ?? INITIAL_CHUNK),
    parallel: Number(hash.get('parallel') ?? INITIAL_PARALLEL),
    outage: Number(hash.get('outage') ?? 0),
    outageSince: parseSince(hash.get('outageSince')),
    waits: parseWaits(hash.get('waits')),
    rest: parseRest(hash.get('rest')),
    status: readKeyStatus(hash.get('status')),
    problem: json('problem', problem),
    toldBlock: hash.get('toldBlock') ?? '',
    keyAt: Number(hash.get('keyAt') ?? 0),
  }
}

/** `keyAt`: of a key that was replaced since nothing is kept. */
export async function remember(redis: Redis, key: string, memory: Partial<LaneMemory>, keyAt?: number): Promise<void> {
  const fields = Object.entries(memory).flatMap(([name, value]) => [
    name,
    value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
  if (fields.length > 0) await writeScript.run(redis, [key], [keyAt ?? '', '', ...fields])
}
