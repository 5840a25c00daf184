import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'

const noteBirthScript = defineScript(import.meta.url, './note-birth.lua')

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

/** Of rosters of the lane, those of which it is not known when they were made: their process died before it was noted. */
export async function noteMissingBirths(
  redis: Redis,
  teamKey: string,
  rosters: readonly Pick<Roster, 'id' | 'createdAt'>[],
): Promise<void> {
  if (rosters.length === 0) return
  const keys = laneKeys(teamKey)
  const known = await redis.hmget(keys.born, ...rosters.map(({ id }) => id))
  for (const [at, { id, createdAt }] of rosters.entries()) {
    if (known[at] === null) await noteBirthScript.run(redis, [keys.rosters, keys.born, keys.closing], [id, createdAt])
  }
}

/** From then on the lane records no change of the roster. What is kept of it stays. */
export async function leaveLane(redis: Redis, teamKey: string, rosterId: string): Promise<void> {
  const { born, rosters } = laneKeys(teamKey)
  await redis.multi().srem(rosters, rosterId).hdel(born, rosterId).exec()
}
