import type { Redis } from 'ioredis'
import type { RecentRemovals } from '../domain/guard.ts'
import type { Reconciliation } from '../domain/reconciliation.ts'
import { defineScript } from './define-script.ts'
import { laneKeys } from './keys.ts'

const replaceScript = defineScript(import.meta.url, './replace-reconciliation.lua')

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
  /** Notes that so many of a roster of this size are being removed without anybody's approval. */
  noteRemoval(removal: { roster: string; id: string; removals: number; size: number; now: number }): Promise<void>
  /** What was noted over all rosters of the key since then. */
  recentRemovals(since: number): Promise<RecentRemovals>
  /**
   * Replaces a record that is still the one that was read, together with the task that goes on with it (due `at`, ms).
   * False where somebody else decided meanwhile.
   */
  replace(before: Reconciliation, after: Reconciliation, task?: { name: string; at: number }): Promise<boolean>
  /** Those that wait for a person, newest first. */
  listHeld(roster: string): Promise<Reconciliation[]>
  /** True while a plan of the roster waits for a person. */
  hasHeld(roster: string): Promise<boolean>
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
      const { held } = keys.roster(record.roster)
      await redis.hset(keys.reconciliations, record.id, JSON.stringify(record))
      await redis.zadd(index, record.startedAt, record.id)
      if (record.status === 'held') await redis.sadd(held, record.id)
      else await redis.srem(held, record.id)
      const old = await redis.zrange(index, '0', String(-KEPT_PER_ROSTER - 1))
      if (old.length === 0) return
      const waits = await redis.smismember(held, ...old)
      const dropped = old.filter((_, at) => waits[at] === 0)
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
    async noteRemoval({ roster, id, removals, size, now }) {
      await redis.zadd(keys.removedShares, now, `${removals}/${size}:${roster}:${id}`)
    },
    async recentRemovals(since) {
      await redis.zremrangebyscore(keys.removedShares, '-inf', `(${since}`)
      const recent: RecentRemovals = { removals: 0, sizes: 0, shares: 0 }
      for (const entry of await redis.zrange(keys.removedShares, '0', '-1')) {
        const [removals = 0, size = 0] = (entry.split(':', 1)[0] ?? '').split('/').map(Number)
        if (!(size > 0)) continue
        recent.removals += removals
        recent.sizes += size
        recent.shares += removals / size
      }
      return recent
    },
    async replace(before, after, task) {
      const roster = keys.roster(before.roster)
      const args = [
        before.id,
        JSON.stringify(before),
        JSON.stringify(after),
        after.status,
        task?.name ?? '',
        task?.at ?? 0,
      ]
      return (await replaceScript.run(redis, [keys.reconciliations, roster.held, keys.schedule], args)) === 1
    },
    async listHeld(roster) {
      const held = await findMany(await redis.smembers(keys.roster(roster).held))
      return held.filter(({ status }) => status === 'held').sort((a, b) => b.startedAt - a.startedAt)
    },
    hasHeld: async (roster) => (await redis.scard(keys.roster(roster).held)) > 0,
    async begin(roster, token) {
      return (await redis.set(keys.roster(roster).busy, token, 'PX', BUSY_MS, 'NX')) === 'OK'
    },
    async end(roster, token) {
      if ((await redis.get(keys.roster(roster).busy)) === token) await redis.del(keys.roster(roster).busy)
    },
  }
}
