import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { LaneKeys } from '../keys.ts'

/** Longer than reads lag, and than anybody waits for a removal of another. */
export const REMOVALS_KEPT_MS = 120_000

/** Where a removal was sent: out of one roster's group, or, where `roster` is null, out of the app. */
export interface RemovedFrom {
  /** Lower-cased. */
  address: string
  roster: string | null
}

export function removalField({ address, roster }: RemovedFrom): string {
  return createHash('sha256')
    .update(roster === null ? address : `${address}\0${roster}`)
    .digest('base64url')
    .slice(0, 14)
}

/** When each of these removals was sent last (ms); null where none was in the last two minutes. */
export async function readRemovals(
  redis: Redis,
  keys: LaneKeys,
  appId: string,
  removals: readonly RemovedFrom[],
): Promise<(number | null)[]> {
  if (removals.length === 0) return []
  const found = await redis.zmscore(keys.removals(appId), ...removals.map(removalField))
  return found.map((score) => (score === null ? null : Number(score)))
}

/** Apple is done with these: nobody waits for them. */
export async function endRemovals(redis: Redis, keys: LaneKeys, appId: string, addresses: string[]): Promise<void> {
  await redis.zrem(keys.removals(appId), ...addresses.map((address) => removalField({ address, roster: null })))
}
