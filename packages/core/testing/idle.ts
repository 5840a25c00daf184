import type { Redis } from 'ioredis'
import type { IdleRule } from '../src/domain/idle.ts'
import { laneKeys } from '../src/store/index.ts'

const DAY_MS = 86_400_000

/** Whoever has not accepted for 30 days is idle. */
export const IDLE_RULE: IdleRule = {
  notAcceptedDays: 30,
  notInstalledDays: null,
  noSessionDays: null,
  graceDays: 7,
  reclaim: 'never',
}

/** What complete readings, the last of them just now, would have kept of people who have not accepted for so many days. */
export async function plantIdle(redis: Redis, roster: string, people: readonly string[], days = 40): Promise<void> {
  const keys = laneKeys('acme').roster(roster)
  const since = JSON.stringify(['invited', Date.now() - days * DAY_MS])
  await redis.hset(keys.sightings, ...people.flatMap((id) => [id, since]))
  await redis.hset(keys.figures, 'seenAt', Date.now())
}
