import type { Redis } from 'ioredis'
import type { Roster } from '../../domain/roster.ts'
import { globalKeys, laneKeys } from '../keys.ts'
import { createPlanNames } from './plan-names.ts'

/** Forgets what a lane keeps of a roster that is gone, beside the roster's own keys. */
export async function purgeRoster(redis: Redis, roster: Roster): Promise<void> {
  const keys = laneKeys(roster.teamKey)
  const reconciliations = await redis.zrange(keys.roster(roster.id).reconciliations, '0', '-1')
  if (reconciliations.length > 0) {
    const names = createPlanNames(redis, roster.teamKey)
    await names.forget(await redis.hmget(keys.reconciliations, ...reconciliations))
    await redis.hdel(keys.reconciliations, ...reconciliations)
  }
  const tasks = ['reconcile', 'usage', 'idle', 'delete', 'blocked', 'resume'].map((kind) => `${kind}:${roster.id}`)
  await redis.zrem(keys.schedule, ...tasks, ...reconciliations.flatMap((id) => [`requested:${id}`, `approved:${id}`]))
  await redis.hdel(keys.revisions, roster.id)
  await redis.hdel(keys.wroteAt, roster.id)
  await redis.hdel(globalKeys.standings, roster.id)
  await forgetWork(redis, roster)
}

const PAGE = 500

/** Member ids may be addresses: what was still to be done for them goes too. */
async function forgetWork(redis: Redis, { id, teamKey, app }: Roster): Promise<void> {
  const keys = laneKeys(teamKey)
  const isOurs = (word: string) => word.startsWith(`${id}\0`)
  for (const key of [keys.outboxNow, keys.outboxInteractive, keys.outboxBulk, keys.formerSeatLine(app.id)]) {
    let cursor = '0'
    do {
      const [next, flat] = await redis.zscan(key, cursor, 'COUNT', PAGE)
      cursor = next
      const words = flat.filter((word, at) => at % 2 === 0 && isOurs(word))
      if (words.length > 0) await redis.zrem(key, ...words)
    } while (cursor !== '0')
  }
  for (const key of [keys.work, keys.traces]) {
    let cursor = '0'
    do {
      const [next, flat] = await redis.hscan(key, cursor, 'COUNT', PAGE)
      cursor = next
      const fields = flat.filter(
        (field, at) => at % 2 === 0 && (isOurs(field) || (flat[at + 1] ?? '').includes(`"r":${JSON.stringify(id)}`)),
      )
      if (fields.length > 0) await redis.hdel(key, ...fields)
    } while (cursor !== '0')
  }
}
