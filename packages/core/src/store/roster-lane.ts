import type { Redis } from 'ioredis'
import { laneKeys } from './keys.ts'

/** From then on the lane records changes of the roster. Enter before the roster's record is made: see put-roster. */
export async function enterLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.sadd(laneKeys(teamKey).rosters, rosterId)
}

/** From then on the lane takes changes of the roster from those alone who delete it. */
export async function closeRoster(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.sadd(laneKeys(teamKey).closing, rosterId)
}

export async function leaveLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.srem(laneKeys(teamKey).rosters, rosterId)
}
