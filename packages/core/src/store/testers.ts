import type { Redis } from 'ioredis'
import type { Roster } from '../domain/roster.ts'
import { globalKeys, laneKeys } from './keys.ts'
import { createMembers } from './members.ts'

const PAGE = 500

/**
 * Testers' ids by address are kept to save look-ups. An address that no roster of the lane has any more is no business of ours: it is
 * forgotten with its roster, with the move of its roster to another lane, and with whoever is erased, former addresses included.
 * Forgetting one too many costs a look-up. `without`: a roster that is about to go.
 */
export async function forgetUnneededTesters(
  redis: Redis,
  { teamKey, appId, without }: { teamKey: string; appId: string; without?: string },
): Promise<void> {
  const keys = laneKeys(teamKey)
  const ids = (await redis.smembers(keys.rosters)).filter((id) => id !== without)
  const records = ids.length === 0 ? [] : await redis.hmget(globalKeys.rosters, ...ids)
  const others = ids.filter((_, at) => (JSON.parse(records[at] ?? 'null') as Roster | null)?.app.id === appId)
  let cursor = '0'
  do {
    const [next, flat] = await redis.hscan(keys.testers(appId), cursor, 'COUNT', PAGE)
    cursor = next
    const addresses = flat.filter((_, at) => at % 2 === 0).map(String)
    const needed = new Set<string>()
    for (const roster of others) {
      const found = await createMembers(redis, teamKey, roster).withAddresses(addresses)
      addresses.forEach((address, at) => found[at]?.length && needed.add(address))
    }
    const gone = addresses.filter((address) => !needed.has(address))
    if (gone.length > 0) await redis.hdel(keys.testers(appId), ...gone)
  } while (cursor !== '0')
}
