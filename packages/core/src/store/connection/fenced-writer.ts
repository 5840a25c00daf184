import type { Redis } from 'ioredis'
import { AppError } from '../../errors.ts'
import { defineScript, type ScriptArgument } from './define-script.ts'

const writeScript = defineScript(import.meta.url, './fenced-write.lua', '../roster/is-here.lua')

/** Writes in one slot. Throws lease_lost once the fence, which lies in the same slot, is another's. */
export type FencedWrite = (key: string, command: string, args?: readonly ScriptArgument[]) => Promise<void>

/** Few enough for the script's stack; even, since they may be pairs. */
const ARGUMENTS_AT_ONCE = 4_000

/** A roster in its lane: of one that has left it, or was made anew since, nothing is written. */
export interface WrittenRoster {
  id: string
  createdAt: number
  lane: { rosters: string; born: string }
}

export function createFencedWrite(redis: Redis, fence: string, token: string, roster?: WrittenRoster): FencedWrite {
  const lane = roster ? [roster.lane.rosters, roster.lane.born] : []
  const of = [roster?.id ?? '', roster?.createdAt ?? '']
  return async (key, command, args = []) => {
    let from = 0
    do {
      const part = args.slice(from, from + ARGUMENTS_AT_ONCE)
      const written = await writeScript.run(redis, [fence, key, ...lane], [token, command, ...of, ...part])
      if (written !== 1) throw new AppError('lease_lost')
      from += ARGUMENTS_AT_ONCE
    } while (from < args.length)
  }
}
