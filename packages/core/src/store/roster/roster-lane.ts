import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { laneKeys } from '../keys.ts'

/** From then on the lane records changes of the roster. Enter before the roster's record is made: see put-roster. */
export async function enterLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  await redis.sadd(laneKeys(teamKey).rosters, rosterId)
}

/** Once the record is made: what is still under way for a roster of this id that was deleted before is not taken for this one's. */
export async function noteBirth(
  redis: Redis,
  teamKey: string,
  { id, createdAt }: Pick<Roster, 'id' | 'createdAt'>,
): Promise<void> {
  const { born, closing, rosters } = laneKeys(teamKey)
  // Whoever was late to forget the former one has done no harm.
  await redis.multi().hset(born, id, createdAt).sadd(rosters, id).srem(closing, id).exec()
}

/** From then on the lane records no change of the roster. What is kept of it stays. */
export async function leaveLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  const { born, rosters } = laneKeys(teamKey)
  await redis.multi().srem(rosters, rosterId).hdel(born, rosterId).exec()
}
