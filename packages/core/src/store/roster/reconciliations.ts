import type { Redis } from 'ioredis'
import type { RecentRemovals } from '../../domain/guard.ts'
import type { Reconciliation } from '../../domain/reconciliation.ts'
import { defineScript } from '../connection/define-script.ts'
import { laneKeys } from '../keys.ts'
import { createPlanNames, readHead, type ReconciliationHead } from './plan-names.ts'

const replaceScript = defineScript(import.meta.url, './replace-reconciliation.lua')

/** Records of whole-roster work of one team key, and what its guard has to know. */
export interface Reconciliations {
  find(id: string): Promise<Reconciliation | undefined>
  put(record: Reconciliation): Promise<void>
  /** Newest first, without the people they name; `before`: the `next` of the page before. */
  list(roster: string, limit: number, before?: string): Promise<{ items: ReconciliationHead[]; next: string | null }>
  /** The people whom it names, a page after the other. */
  withNames(head: ReconciliationHead): Promise<Reconciliation>
  /** Those of the members whom the plan would remove. */
  namedBy(head: ReconciliationHead, members: readonly string[]): Promise<string[]>
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
  replace<T extends ReconciliationHead>(before: T, after: T, task?: { name: string; at: number }): Promise<boolean>
  /** Those that wait for a person, newest first. */
  listHeld(roster: string): Promise<ReconciliationHead[]>
  /** True while a plan of the roster waits for a person. */
  hasHeld(roster: string): Promise<boolean>
  /** Of those that were asked for, the one whose reading has not begun. */
  findAsked(roster: string, dryRun: boolean): Promise<Reconciliation | undefined>
  /** Keeps one that is asked for. Gives the one that waits from now on: it, or one that was asked for at the same time. */
  ask(record: Reconciliation): Promise<Reconciliation>
  /** False while another whole-roster change of this roster is being recorded. */
  begin(roster: string, token: string): Promise<boolean>
  end(roster: string, token: string): Promise<void>
}

const KEPT_PER_ROSTER = 50
const BUSY_MS = 120_000

const askedAs = (dryRun: boolean) => (dryRun ? 'dry' : 'real')

/** Of a record that was read: the text it was read from, which a replacement has to find again. */
const texts = new WeakMap<ReconciliationHead, string>()

/** Reconciliations of a lane: the newest fifty of each roster, and all that wait for a person. */
export function createReconciliations(redis: Redis, teamKey: string): Reconciliations {
  const keys = laneKeys(teamKey)
  const names = createPlanNames(redis, teamKey)
  const findMany = async (ids: string[]): Promise<ReconciliationHead[]> => {
    if (ids.length === 0) return []
    return (await redis.hmget(keys.reconciliations, ...ids)).flatMap((text) => {
      if (!text) return []
      const head = readHead(text)
      texts.set(head, text)
      return [head]
    })
  }
  const withNames = async (head: ReconciliationHead): Promise<Reconciliation> => {
    const record = await names.readAll(head)
    const text = texts.get(head)
    if (text !== undefined) texts.set(record, text)
    return record
  }
  const find = async (id: string): Promise<Reconciliation | undefined> => {
    const [head] = await findMany([id])
    return head && withNames(head)
  }
  const findAsked = async (roster: string, dryRun: boolean) => {
    const id = await redis.hget(keys.roster(roster).asked, askedAs(dryRun))
    const record = id === null ? undefined : await find(id)
    return record?.status === 'running' ? record : undefined
  }
  const put = async (record: Reconciliation): Promise<void> => {
    const index = keys.roster(record.roster).reconciliations
    const { held } = keys.roster(record.roster)
    const text = await names.format(record)
    const former = await redis.hget(keys.reconciliations, record.id)
    await redis.hset(keys.reconciliations, record.id, text)
    await names.forget([former], text)
    await redis.zadd(index, record.startedAt, record.id)
    if (record.status === 'held') await redis.sadd(held, record.id)
    else await redis.srem(held, record.id)
    const old = await redis.zrange(index, '0', String(-KEPT_PER_ROSTER - 1))
    if (old.length === 0) return
    const waits = await redis.smismember(held, ...old)
    const dropped = old.filter((_, at) => waits[at] === 0)
    if (dropped.length === 0) return
    await redis.zrem(index, ...dropped)
    await names.forget(await redis.hmget(keys.reconciliations, ...dropped))
    await redis.hdel(keys.reconciliations, ...dropped)
  }
  return {
    withNames,
    namedBy: (head, members) => names.among(head, members),
    find,
    put,
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
      const former = texts.get(before) ?? JSON.stringify(before)
      const text = await names.format(after)
      const args = [before.id, former, text, after.status, task?.name ?? '', task?.at ?? 0, before.roster]
      const at = [keys.reconciliations, roster.held, keys.schedule, keys.rosters]
      const replaced = await replaceScript.run(redis, at, args)
      await (replaced === 1 ? names.forget([former], text) : names.forget([text], former))
      return replaced === 1
    },
    async listHeld(roster) {
      const held = await findMany(await redis.smembers(keys.roster(roster).held))
      return held.filter(({ status }) => status === 'held').sort((a, b) => b.startedAt - a.startedAt)
    },
    hasHeld: async (roster) => (await redis.scard(keys.roster(roster).held)) > 0,
    findAsked,
    async ask(record) {
      await put(record)
      const { asked, reconciliations } = keys.roster(record.roster)
      const field = askedAs(record.dryRun)
      for (;;) {
        if ((await redis.hsetnx(asked, field, record.id)) === 1) return record
        const waiting = await findAsked(record.roster, record.dryRun)
        if (!waiting) {
          // It is over: a worker of an older version does not say when it begins.
          await redis.hdel(asked, field)
          continue
        }
        await redis.zrem(reconciliations, record.id)
        await redis.hdel(keys.reconciliations, record.id)
        return waiting
      }
    },
    async begin(roster, token) {
      return (await redis.set(keys.roster(roster).busy, token, 'PX', BUSY_MS, 'NX')) === 'OK'
    },
    async end(roster, token) {
      if ((await redis.get(keys.roster(roster).busy)) === token) await redis.del(keys.roster(roster).busy)
    },
  }
}
