import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const script = defineScript(import.meta.url, './take-turn.lua')

/** At most `limit` in any `windowMs`. */
export interface TurnWindow {
  windowMs: number
  limit: number
}

/** What is to be counted, and over which rolling windows. */
export interface Turn {
  teamKey: string
  /** What is counted: a kind of request. */
  kind: string
  /** Whose: an opaque reference. */
  ref: string
  windows: readonly TurnWindow[]
  /** A test may pass a time (ms); Redis's own clock otherwise. */
  now?: number | undefined
}

/** Counts a request against all of its windows, or says how long to wait (ms); 0: it was counted. */
export async function takeTurn(redis: Redis, turn: Turn): Promise<number> {
  const { teamKey, kind, ref, windows, now } = turn
  return takeTurns(redis, { teamKey, counts: windows.map((window) => ({ kind, ref, ...window })), cost: 1, now })
}

/** A request that counts for `cost` against several counts of a lane. */
export interface Turns {
  teamKey: string
  counts: readonly (TurnWindow & Pick<Turn, 'kind' | 'ref'>)[]
  cost: number
  now?: number | undefined
}

/** The same against several counts of a lane, all of them or none. */
export async function takeTurns(redis: Redis, turn: Turns): Promise<number> {
  const { turns } = laneKeys(turn.teamKey)
  const keys = turn.counts.map(({ kind, ref }) => turns(kind, ref))
  const windows = turn.counts.flatMap(({ windowMs, limit }) => [windowMs, limit])
  return Number(await script.run(redis, keys, [turn.now ?? '', randomUUID(), turn.cost, ...windows]))
}
