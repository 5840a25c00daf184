import type { Redis } from 'ioredis'
import { MEMBER_STATUSES, toStatusCounts, type MemberStatus } from '../../domain/member.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const addScript = defineScript(import.meta.url, './history-add.lua')

/** How many members had which status, from `at` (ms) until the next sample. */
export interface HistorySample {
  at: number
  counts: Record<MemberStatus, number>
}

/** A sample for each change, oldest first; the oldest go beyond this many. */
export interface RosterHistory {
  last(): Promise<HistorySample | undefined>
  add(sample: HistorySample): Promise<void>
  list(): Promise<HistorySample[]>
}

const KEPT = 2_000

/** Samples of one roster's counts over time. */
export function createRosterHistory(redis: Redis, teamKey: string, rosterId: string): RosterHistory {
  const lane = laneKeys(teamKey)
  const key = lane.roster(rosterId).history
  return {
    async last() {
      const line = await redis.lindex(key, -1)
      return line === null ? undefined : parseSample(line)
    },
    async add({ at, counts }) {
      const line = `${at}:${MEMBER_STATUSES.map((status) => counts[status]).join(',')}`
      await addScript.run(redis, [lane.rosters, key], [rosterId, line, KEPT])
    },
    list: async () => (await redis.lrange(key, 0, -1)).map(parseSample),
  }
}

function parseSample(line: string): HistorySample {
  const [at = '0', counts = ''] = line.split(':')
  const numbers = counts.split(',').map(Number)
  return { at: Number(at), counts: toStatusCounts(numbers) }
}
