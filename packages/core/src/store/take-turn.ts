import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'

const script = defineScript(import.meta.url, './take-turn.lua')

export interface TurnWindow {
  windowMs: number
  limit: number
}

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
  const key = laneKeys(turn.teamKey).turns(turn.kind, turn.ref)
  const windows = turn.windows.flatMap(({ windowMs, limit }) => [windowMs, limit])
  return Number(await script.run(redis, [key], [turn.now ?? '', randomUUID(), ...windows]))
}
