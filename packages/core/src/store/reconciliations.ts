import type { Redis } from 'ioredis'
import type { Reconciliation } from '../domain/reconciliation.ts'
import { laneKeys } from './keys.ts'

/** Records of whole-roster work of one team key, and what its guard has to know. */
export interface Reconciliations {
  find(id: string): Promise<Reconciliation | undefined>
  put(record: Reconciliation): Promise<void>
  /** Newest first; `before`: the `next` of the page before. */
  list(roster: string, limit: number, before?: string): Promise<{ items: Reconciliation[]; next: string | null }>
  /** Changes that the roster has accepted so far. */
  revision(roster: string): Promise<number>
  /** Our last write to the roster's group (ms), 0 for none. */
  wroteAt(roster: string): Promise<number>
  /** Notes that a share (0..1) of a roster is being removed. */
  noteRemoval(roster: string, id: string, share: number, now: number): Promise<void>
  /** Sum of the shares that were removed over all rosters of the key since then. */
  recentShares(since: number): Promise<number>
  /** False while another whole-roster change of this roster is being recorded. */
  begin(roster: string, token: string): Promise<boolean>
  end(roster: string, token: string): Promise<void>
}

const KEPT_PER_ROSTER = 50
const BUSY_MS = 120_000

export function createReconciliations(redis: Redis, teamKey: string): Reconciliations {
  const keys = laneKeys(teamKey)
  const findMany = async (ids: string[]): Promise<Reconciliation[]> => {
    if (ids.length === 0) return []
    const found = await redis.hmget(keys.reconciliations, ...ids)
    return found.flatMap((json) => (json ? [JSON.parse(json) as Reconciliation] : []))
  }
  return {
    find: async (id) => (await findMany([id]))[0],
    async put(record) {
      const index = keys.roster(record.roster).reconciliations
      await redis.hset(keys.reconciliations, record.id, JSON.stringify(record))
      await redis.zadd(index, record.startedAt, record.id)
      const dropped = await redis.zrange(index, '0', String(-KEPT_PER_ROSTER - 1))
      if (dropped.length === 0) return
      await redis.zrem(index, ...dropped)
      await redis.hdel(keys.reconciliations, ...dropped)
    },
    async list(roster, limit, before) {
      const index = keys.roster(roster).reconciliations
      const rank = before === undefined ? null : await redis.zrevrank(index, before)
      const start = rank === null ? 0 : rank + 1
      const ids = await redis.zrevrange(index, start, start + limit)
      const page = ids.slice(0, limit)
      return { items: await findMany(page), next: ids.length > limit ? (page.at(-1) ?? null) : null }
    },
    revision: async (roster) => Number((await redis.hget(keys.revisions, roster)) ?? 0),
    wroteAt: async (roster) => Number((await redis.hget(keys.wroteAt, roster)) ?? 0),
    async noteRemoval(roster, id, share, now) {
      await redis.zadd(keys.removedShares, now, `${share}:${roster}:${id}`)
    },
    async recentShares(since) {
      await redis.zremrangebyscore(keys.removedShares, '-inf', `(${since}`)
      const entries = await redis.zrange(keys.removedShares, '0', '-1')
      return entries.reduce((sum, entry) => sum + Number(entry.split(':', 1)[0]), 0)
    },
    async begin(roster, token) {
      return (await redis.set(keys.roster(roster).busy, token, 'PX', BUSY_MS, 'NX')) === 'OK'
    },
    async end(roster, token) {
      if ((await redis.get(keys.roster(roster).busy)) === token) await redis.del(keys.roster(roster).busy)
    },
  }
}
