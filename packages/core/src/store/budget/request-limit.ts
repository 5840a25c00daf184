import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const script = defineScript(import.meta.url, './request-limit.lua', './count-windows.lua', '../connection/now-ms.lua')

/** At most `limit` in any `windowMs`. */
export interface LimitWindow {
  windowMs: number
  limit: number
}

/** What is to be counted, and over which rolling windows. */
export interface CountedRequest {
  teamKey: string
  /** What is counted: a kind of request. */
  kind: string
  /** Whose: an opaque reference. */
  ref: string
  windows: readonly LimitWindow[]
  /** A test may pass a time (ms); Redis's own clock otherwise. */
  now?: number | undefined
}

/** Counts a request against all of its windows, or says how long to wait (ms); 0: it was counted. */
export async function countRequest(redis: Redis, request: CountedRequest): Promise<number> {
  const { teamKey, kind, ref, windows, now } = request
  return countRequests(redis, { teamKey, counts: windows.map((window) => ({ kind, ref, ...window })), cost: 1, now })
}

/** A request that counts for `cost` against several counts of a lane. */
export interface CountedRequests {
  teamKey: string
  counts: readonly (LimitWindow & Pick<CountedRequest, 'kind' | 'ref'>)[]
  cost: number
  now?: number | undefined
}

/** The same against several counts of a lane, all of them or none. */
export async function countRequests(redis: Redis, request: CountedRequests): Promise<number> {
  const { requestCounts } = laneKeys(request.teamKey)
  const keys = request.counts.map(({ kind, ref }) => requestCounts(kind, ref))
  const windows = request.counts.flatMap(({ windowMs, limit }) => [windowMs, limit])
  return Number(await script.run(redis, keys, [request.now ?? '', randomUUID(), request.cost, ...windows]))
}
