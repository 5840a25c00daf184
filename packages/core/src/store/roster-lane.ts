import type { Redis } from 'ioredis'
import { laneKeys } from './keys.ts'

/** From then on the lane records changes of the roster. Enter before the roster's record is made: see put-roster. */
export async function enterLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.sadd(laneKeys(teamKey).rosters, rosterId)
}

export async function leaveLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.srem(laneKeys(teamKey).rosters, rosterId)
}
