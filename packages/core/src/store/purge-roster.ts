import type { Redis } from 'ioredis'
import type { Roster } from '../domain/roster.ts'
import { globalKeys, laneKeys } from './keys.ts'

/** Forgets what a lane keeps of a roster that is gone, beside the roster's own keys. */
export async function purgeRoster(redis: Redis, roster: Roster): Promise<void> {
  const keys = laneKeys(roster.teamKey)
  const reconciliations = await redis.zrange(keys.roster(roster.id).reconciliations, '0', '-1')
  if (reconciliations.length > 0) await redis.hdel(keys.reconciliations, ...reconciliations)
  const tasks = ['reconcile', 'delete', 'blocked', 'resume'].map((kind) => `${kind}:${roster.id}`)
  await redis.zrem(keys.schedule, ...tasks, ...reconciliations.flatMap((id) => [`requested:${id}`, `approved:${id}`]))
  await redis.hdel(keys.revisions, roster.id)
  await redis.hdel(keys.wroteAt, roster.id)
  await redis.hdel(globalKeys.standings, roster.id)
}
